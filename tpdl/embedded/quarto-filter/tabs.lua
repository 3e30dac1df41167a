-- tabs.lua: ::: {.panel-tabset}: on a page, panes of which page.js shows one; on paper, and without scripts, one below
-- the other.

local require = ...
local inner_titles = require 'inner_titles'
local output = require 'output'

local tabs = {}

local function title_block(title)
  if output.PDF then
    return pandoc.Blocks { output.typst '#tab-title[', title.content[1], output.typst ']' }
  end
  return pandoc.Blocks { pandoc.Div({ pandoc.Para(title.content[1].content) }, pandoc.Attr('', { 'tab-title' })) }
end

-- `place` is for the blocks of a tab; `false` says that they are placed.
function tabs.box(div, place)
  local panes, before = {}, pandoc.Blocks {}
  for _, block in ipairs(div.content) do
    if inner_titles.is_one(block) then
      table.insert(panes, { title = block, content = pandoc.Blocks {} })
    else
      (panes[#panes] and panes[#panes].content or before):insert(block)
    end
  end
  local blocks = place(before)
  for _, pane in ipairs(panes) do
    local content = title_block(pane.title) .. place(pane.content)
    if not output.PDF then content = pandoc.Blocks { pandoc.Div(content, pandoc.Attr('', { 'tab-pane' })) } end
    blocks:extend(content)
  end
  if output.PDF then return blocks, false end
  return pandoc.Div(blocks, pandoc.Attr(div.identifier, { 'panel-tabset' }, { group = div.attributes.group })), false
end

return tabs
