-- theorems.lua: ::: {#thm-line}, ::: {.proof} and their kin: a kind, a number and perhaps a name before the text.

local require = ...
local inner_titles = require 'inner_titles'
local output = require 'output'
local words = require 'words'

local theorems = {}

-- "Theorem 2.1 (Line)", "Proof (of the line)."
local function title(word, label, name)
  local text = pandoc.Inlines { pandoc.Str(label and word .. words.NO_BREAK_SPACE .. label.number or word) }
  if name then text = text .. { pandoc.Space(), pandoc.Str '(' } .. name .. { pandoc.Str ')' } end
  if label then return pandoc.Span({ pandoc.Strong(text) }, pandoc.Attr('', { 'theorem-title' })) end
  return pandoc.Span({ pandoc.Emph(text), pandoc.Str '.' }, pandoc.Attr('', { 'proof-title' }))
end

-- `place` is for the blocks inside; `false` says that they are placed.
function theorems.box(div, word, label, place)
  local name = inner_titles.take(div) or div.attributes.name and words.parsed(div.attributes.name)
  local shown = title(word, label, name)
  local first = div.content[1]
  if first and (first.t == 'Para' or first.t == 'Plain') then
    first.content = pandoc.Inlines { shown, pandoc.Space() } .. first.content
    div.content[1] = first
  else
    div.content:insert(1, pandoc.Para { shown })
  end
  local body, class = place(div.content), label and 'theorem' or 'proof'
  if not output.PDF then return pandoc.Div(body, pandoc.Attr(div.identifier, { class })), false end
  local anchor = label and ' <' .. div.identifier .. '>' or ''
  return pandoc.Blocks { output.typst('#' .. class .. '[') } .. body .. { output.typst(']' .. anchor) }, false
end

return theorems
