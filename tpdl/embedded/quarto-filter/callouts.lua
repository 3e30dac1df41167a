-- callouts.lua: ::: {.callout-note} becomes a box with a title, on a page also one that folds.

local require = ...
local book = require 'book'
local inner_titles = require 'inner_titles'
local margins = require 'margins'
local output = require 'output'
local words = require 'words'

local callouts = {}

-- "note" of `.callout-note`, or nil.
function callouts.kind(div)
  for _, class in ipairs(div.classes) do
    local kind = class:match '^callout%-(%w+)$'
    if kind then return kind end
  end
end

-- The title as inlines: what the author wrote, else the kind; with the number of a callout that is referred to.
local function take_title(div, kind)
  local written = inner_titles.take(div) or div.attributes.title and words.parsed(div.attributes.title)
  local label = book.labels[div.identifier]
  if not label then return written or pandoc.Inlines(kind:sub(1, 1):upper() .. kind:sub(2)) end
  local numbered = words.OF_KIND[label.kind] .. words.NO_BREAK_SPACE .. label.number
  if not written then return pandoc.Inlines(pandoc.Str(numbered)) end
  return pandoc.Inlines { pandoc.Str(numbered .. ':'), pandoc.Space() } .. written
end

local function box_typst(div, kind, title, body)
  local before = pandoc.Blocks {
    output.typst('#callout("' .. kind .. '", ['),
    pandoc.Plain(title),
    output.typst '])[',
  }
  local label = book.labels[div.identifier] and ' <' .. div.identifier .. '>' or ''
  return margins.of_float(before .. body .. { output.typst(']' .. label) }, div.classes)
end

-- `collapse`: nil for a box that does not fold, 'false' for one that is open at first.
local function box_html(div, kind, title, body)
  local collapse = div.attributes.collapse
  local open, close = '<div class="callout-header">', '</div>'
  if collapse then
    open, close = '<summary class="callout-header">', '</summary>'
  end
  local blocks = pandoc.Blocks {
    output.html(open),
    pandoc.Plain(title),
    output.html(close),
    pandoc.Div(body, pandoc.Attr('', { 'callout-body' })),
  }
  if collapse then
    blocks:insert(1, output.html(collapse == 'false' and '<details open>' or '<details>'))
    blocks:insert(output.html '</details>')
  end
  local classes = pandoc.List { 'callout', 'callout-' .. kind } .. margins.classes(div.classes)
  return pandoc.Div(blocks, pandoc.Attr(div.identifier, classes))
end

-- `place` is for the blocks inside; `false` says that they are placed.
function callouts.box(div, kind, place)
  local title = take_title(div, kind)
  local body = place(div.content)
  return (output.PDF and box_typst or box_html)(div, kind, title, body), false
end

return callouts
