-- callouts.lua: ::: {.callout-note} becomes a box with a title, on a page also one that folds.

local require = ...
local output = require 'output'

local callouts = {}

-- "note" of `.callout-note`, or nil.
function callouts.kind(div)
  for _, class in ipairs(div.classes) do
    local kind = class:match '^callout%-(%w+)$'
    if kind then return kind end
  end
end

-- A callout's title may be written as a heading, but is none: it must be out of the way before headings are numbered.
function callouts.set_title_apart(div)
  local first = div.content[1]
  local is_callout = div.classes[1] and div.classes[1]:match '^callout%-'
  if is_callout and first and first.t == 'Header' and not div.attributes.title then
    div.content[1] = pandoc.Div({ pandoc.Plain(first.content) }, pandoc.Attr('', { 'callout-title' }))
    return div
  end
end

-- The title as inlines; it is taken out of the div.
local function take_title(div, kind)
  local first = div.content[1]
  if first and first.classes and first.classes:includes 'callout-title' then
    return div.content:remove(1).content[1].content
  end
  local written = div.attributes.title or (kind:sub(1, 1):upper() .. kind:sub(2))
  return pandoc.utils.blocks_to_inlines(pandoc.read(written, 'markdown').blocks)
end

local function box_typst(kind, title, body)
  local before = pandoc.Blocks {
    output.typst('#callout("' .. kind .. '", ['),
    pandoc.Plain(title),
    output.typst '])[',
  }
  return before .. body .. { output.typst ']' }
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
  return pandoc.Div(blocks, pandoc.Attr(div.identifier, { 'callout', 'callout-' .. kind }))
end

-- `place` is for the blocks inside; `false` says that they are placed.
function callouts.box(div, kind, place)
  local title = take_title(div, kind)
  local body = place(div.content)
  return output.PDF and box_typst(kind, title, body) or box_html(div, kind, title, body), false
end

return callouts
