-- graph.lua: ::: {#fig-x .graph} becomes the graph of the steps; its content is the caption.

local require = ...
local output = require 'output'
local report = require 'report'

local REGION = '<div class="steps-graph" tabindex="0" role="region" aria-label="Graph of the steps">'

-- Part of the page, so that it follows the theme.
local function on_the_page()
  return output.html(REGION .. report.data.graph.svg .. '</div>')
end

local function picture(part)
  return ('image(bytes(%s), format: "svg", width: calc.min(420, %d * 0.52) * 1pt, alt: %s)'):format(
    output.typst_string(part.svg), part.width, output.typst_string(part.alt))
end

-- On paper, where no page holds it, it has a picture for each chapter. The last is the figure; the others go before it.
-- They are figures for Typst too: for readers of a tagged PDF it notes where a figure lies, and no other picture.
local function on_paper()
  local before, last = pandoc.Blocks {}, nil
  local parts = report.data.graph.parts
  for i, part in ipairs(parts) do
    if i < #parts then
      before:insert(output.typst('#figure(kind: "graph", supplement: none, ' .. picture(part) .. ')'))
    else
      last = output.typst('#align(center, ' .. picture(part) .. ')')
    end
  end
  return before, last
end

local function graph(div)
  local before, content = pandoc.Blocks {}, nil
  if output.PDF then
    before, content = on_paper()
  else
    content = on_the_page()
  end
  local blocks = pandoc.Blocks { content }
  blocks:extend(div.content)
  before:insert(pandoc.Div(blocks, pandoc.Attr(div.identifier)))
  return before, false
end

return graph
