-- figures.lua: ![caption](figures/x.svg) becomes a light and a dark picture with alt text, and where they come from.

local require = ...
local missing = require 'missing'
local output = require 'output'
local provenance = require 'provenance'
local report = require 'report'
local values = require 'values'

local figures = {}

local function markdown(text)
  return pandoc.utils.blocks_to_inlines(pandoc.read(text, 'markdown').blocks)
end

local function pictures(image, entry)
  local alt = values.in_text(image.attributes['fig-alt'] or image.attributes.alt or entry.alt)
  local function variant(path, class)
    local copy = image:clone()
    -- Without a caption: with words of its own each would count as a figure.
    copy.identifier, copy.src, copy.caption = '', '/' .. path, {}
    copy.attributes['fig-alt'], copy.attributes.alt = nil, alt
    if class then copy.classes:insert(class) end
    return copy
  end
  if output.PDF or entry.dark == '' then
    return { variant(entry.light) }
  end
  return { variant(entry.light, 'light-content'), variant(entry.dark, 'dark-content') }
end

-- A picture with a caption that nothing refers to.
local function unnumbered(content, caption)
  content:insert(pandoc.Div({ pandoc.Plain(caption) }, pandoc.Attr('', { 'caption' })))
  if output.PDF then
    content:insert(1, output.typst '#align(center)[')
    content:insert(output.typst ']')
  end
  return { pandoc.Div(content, pandoc.Attr('', { 'picture' })) }
end

-- The figure's blocks, and those that tell where it comes from; nil for an image that no step draws.
local function figure(image, identifier, caption)
  local entry = report.data.figures[image.src]
  if not entry then return nil end
  if #caption == 0 then caption = markdown(entry.caption) end
  local content
  if entry.missing == '' then
    -- Not a paragraph: Quarto would take the first of two pictures in a paragraph for the whole figure.
    content = pandoc.Blocks { pandoc.Plain(pictures(image, entry)) }
  else
    content = pandoc.Blocks(missing('This figure', entry))
  end
  if identifier ~= '' then
    content:insert(pandoc.Para(caption))
    content = { pandoc.Div(content, pandoc.Attr(identifier)) }
  elseif #caption > 0 then
    content = unnumbered(content, caption)
  end
  return content, provenance(entry)
end

local function only_image(block)
  if #block.content == 1 and block.content[1].t == 'Image' then return block.content[1] end
end

-- Handlers for the two shapes in which Pandoc hands over an image that is a paragraph of its own. `place` is handed the
-- figure and its provenance, or nothing, and decides where the provenance goes.
function figures.handlers(place)
  return {
    Figure = function(element)
      local image = element.content[1] and only_image(element.content[1])
      if image then
        local identifier = element.identifier ~= '' and element.identifier or image.identifier
        return place(figure(image, identifier, pandoc.utils.blocks_to_inlines(element.caption.long)))
      end
    end,
    Para = function(element)
      local image = only_image(element)
      if image then return place(figure(image, image.identifier, image.caption)) end
    end,
  }
end

-- Places a figure's provenance behind it. `false` keeps the traversal out of what was placed: it would find the picture
-- and place it again.
function figures.with_provenance(blocks, from)
  if blocks then return pandoc.Blocks(blocks) .. from, false end
end

-- Subfigures, or figures beside each other.
function figures.is_group(div)
  local attributes = div.attributes
  return div.identifier:match '^fig%-'
    or attributes['layout-ncol'] or attributes['layout-nrow'] or attributes.layout
end

-- In a group every block is a cell, so provenance goes behind the group.
function figures.group(div)
  local behind = pandoc.Blocks {}
  local handlers = figures.handlers(function(blocks, from)
    if blocks then behind:extend(from) end
    return blocks, false
  end)
  handlers.traverse = 'topdown'
  div.content = div.content:walk(handlers)
  return pandoc.Blocks { div } .. behind, false
end

return figures
