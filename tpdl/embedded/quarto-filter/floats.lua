-- floats.lua: figures, tables and listings with a label, their numbers and captions, in whichever of Markdown's shapes
-- they come.

local require = ...
local book = require 'book'
local layouts = require 'layouts'
local lightbox = require 'lightbox'
local margins = require 'margins'
local output = require 'output'
local words = require 'words'

local floats = {}

local KINDS = { fig = true, tbl = true, lst = true }

local function caption_with_number(label, caption)
  local colon = #caption > 0 and ':' or ''
  if label.sub then
    return pandoc.Inlines { pandoc.Str('(' .. label.sub .. ')'), pandoc.Space() } .. caption
  end
  local number = pandoc.Span(
    words.OF_KIND[label.kind] .. words.NO_BREAK_SPACE .. label.number .. colon,
    pandoc.Attr('', { 'caption-number' }))
  return pandoc.Inlines { number, pandoc.Space() } .. caption
end

-- A wide table scrolls sideways; the keyboard has to be able to reach it, and a screen reader to name it.
local function scrolling(blocks, label)
  local name = words.OF_KIND.tbl .. ' ' .. label.number
  -- Pairs, unlike a table by name, keep their order.
  local attributes = { { 'tabindex', '0' }, { 'role', 'region' }, { 'aria-label', name } }
  return pandoc.Div(blocks, pandoc.Attr('', { 'table-scroll' }, attributes))
end

-- Of a listing nothing scrolls but the code itself, which a browser lets the keyboard reach.
local function float_html(identifier, label, content, caption, classes)
  local with_number = caption_with_number(label, caption)
  local blocks = label.kind == 'fig' and lightbox.figure(content, with_number) or pandoc.Blocks(content)
  local below = {
    output.html '<figcaption>',
    pandoc.Plain(with_number),
    output.html '</figcaption>',
  }
  if label.kind == 'tbl' then
    blocks = pandoc.Blocks(below) .. { scrolling(blocks, label) } -- the caption of a table stands above it
  elseif label.kind == 'lst' then
    blocks = pandoc.Blocks(below) .. blocks
  else
    blocks = blocks .. below
  end
  local class = 'quarto-float quarto-float-' .. label.kind .. (label.sub and ' quarto-subfloat' or '')
  for _, name in ipairs(margins.classes(classes)) do class = class .. ' ' .. name end
  blocks:insert(1, output.html('<figure id="' .. identifier .. '" class="' .. class .. '">'))
  blocks:insert(output.html '</figure>')
  return blocks
end

local function float_typst(identifier, label, content, caption, classes)
  local kind, supplement, number = 'quarto-float-' .. label.kind, words.OF_KIND[label.kind], label.number
  if label.sub then
    kind, supplement, number = 'subfigure', '', '(' .. label.sub .. ')'
  end
  local outlined = tostring(not label.sub)
  local opening = ('#figure(kind: "%s", supplement: [%s], numbering: (..n) => "%s", outlined: %s, caption: ['):format(
    kind, supplement, number, outlined)
  local before = pandoc.Blocks { output.typst(opening), pandoc.Plain(caption), output.typst '])[' }
  return margins.of_float(before .. pandoc.Blocks(content) .. { output.typst('] <' .. identifier .. '>') }, classes)
end

local float = output.PDF and float_typst or float_html

-- Columns as wide as `tbl-colwidths` says, "[30,70]", relative to each other.
local function with_column_widths(blocks, spec)
  local numbers, total = {}, 0
  for number in spec:gmatch '[%d.]+' do
    table.insert(numbers, tonumber(number))
    total = total + tonumber(number)
  end
  return blocks:walk {
    Table = function(tbl)
      for i, column in ipairs(tbl.colspecs) do
        local alignment = column[1]
        tbl.colspecs[i] = { alignment, numbers[i] and numbers[i] / total }
      end
      return tbl
    end,
  }
end

-- The last paragraph of a labelled div is its caption, unless it is all there is.
local function take_caption(div)
  local last = div.content[#div.content]
  if last and last.t == 'Para' and #div.content > 1 then
    div.content:remove()
    return last.content
  end
  return pandoc.Inlines {}
end

function floats.is_float(div)
  local label = book.labels[div.identifier]
  return label ~= nil and KINDS[label.kind] == true
end

-- The functions below return `false` behind what they placed: its inside is placed already.

-- `place` is for the blocks inside.
function floats.of_div(div, place)
  local label = book.labels[div.identifier]
  local caption = take_caption(div)
  local widths = div.attributes['tbl-colwidths']
  if widths then div.content = with_column_widths(div.content, widths) end
  local layout = layouts.of(div)
  local content = layout and layouts.arrange(div.content, layout, place) or place(div.content)
  return float(div.identifier, label, content, caption, div.classes), false
end

function floats.of_table(tbl)
  local identifier, label = tbl.identifier, book.labels[tbl.identifier]
  if not label then return nil end
  local caption = pandoc.utils.blocks_to_inlines(tbl.caption.long)
  local widths = tbl.attributes['tbl-colwidths']
  tbl.identifier, tbl.caption = '', { long = {} }
  local content = pandoc.Blocks { tbl }
  if widths then content = with_column_widths(content, widths) end
  return float(identifier, label, content, caption, tbl.classes), false
end

-- Pandoc leaves the classes of an image at the image, not at the figure that it makes of it. They are moved.
local function classes_inside(figure)
  local found = pandoc.List(figure.classes)
  figure.content = figure.content:walk {
    Image = function(image)
      local here = margins.classes(image.classes)
      if #here == 0 then return nil end
      found:extend(here)
      image.classes = image.classes:filter(function(class) return not here:includes(class) end)
      return image
    end,
  }
  return found
end

function floats.of_figure(figure)
  local label = book.labels[figure.identifier]
  if not label then return nil end
  local caption = pandoc.utils.blocks_to_inlines(figure.caption.long)
  return float(figure.identifier, label, figure.content, caption, classes_inside(figure)), false
end

-- A paragraph that is one image with a label.
function floats.of_paragraph(para)
  local image = #para.content == 1 and para.content[1].t == 'Image' and para.content[1]
  local label = image and book.labels[image.identifier]
  if not label then return nil end
  local identifier = image.identifier
  image.identifier = ''
  return float(identifier, label, { para }, {}, image.classes), false
end

-- The name of a file that the code stands in is shown above it.
local function with_file_name(code)
  local name = code.attributes.filename
  if not name then return pandoc.Blocks { code } end
  code.attributes.filename = nil
  if output.PDF then
    return pandoc.Blocks { output.typst('#file-name(' .. output.typst_string(name) .. ')'), code }
  end
  local shown = pandoc.Div({ pandoc.Plain { pandoc.Str(name) } }, pandoc.Attr('', { 'code-with-filename-file' }))
  return pandoc.Blocks { pandoc.Div({ shown, code }, pandoc.Attr('', { 'code-with-filename' })) }
end

function floats.of_code(code)
  local identifier, label = code.identifier, book.labels[code.identifier]
  local caption = words.parsed(code.attributes['lst-cap'] or '')
  code.attributes['lst-cap'] = nil
  if not label then return with_file_name(code), false end
  code.identifier = ''
  return float(identifier, label, with_file_name(code), caption, code.classes), false
end

return floats
