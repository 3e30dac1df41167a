-- equations.lua: numbers for equations ($$ … $$ {#eq-x}); on paper, every formula with words for who cannot see it.

local require = ...
local book = require 'book'
local output = require 'output'

local equations = {}

-- A formula for Typst, with its TeX source for those who cannot see it.
local function formula(math, number, identifier)
  local source = pandoc.write(pandoc.Pandoc { pandoc.Plain { math } }, 'typst'):gsub('%s+$', '')
  local is_block = tostring(math.mathtype == 'DisplayMath')
  local numbering = number and '(..n) => "(' .. number .. ')"' or 'none'
  local label = identifier and ' <' .. identifier .. '>' or ''
  return output.typst_inline(('#math.equation(block: %s, numbering: %s, alt: %s, %s)%s'):format(
    is_block, numbering, output.typst_string(math.text), source, label))
end

function equations.unnumbered(math)
  return formula(math)
end

local function numbered(math, identifier)
  local number = book.labels[identifier].number
  if output.PDF then return formula(math, number, identifier) end
  local shown = pandoc.Span('(' .. number .. ')', pandoc.Attr('', { 'equation-number' }))
  return pandoc.Span({ math, shown }, pandoc.Attr(identifier, { 'equation' }))
end

local function is_blank(inline)
  return inline.t == 'Space' or inline.t == 'SoftBreak'
end

-- The formulas of a paragraph that have a label. It stands in the text behind the formula: `{#eq-x}`, perhaps with a
-- full stop behind.
function equations.number(para)
  local content = pandoc.Inlines {}
  for _, inline in ipairs(para.content) do
    local identifier = inline.t == 'Str' and inline.text:match '^{#(eq%-[^}]+)}'
    if identifier then
      while is_blank(content[#content]) do content:remove() end
      content:insert(numbered(content:remove(), identifier))
      local rest = inline.text:match '}(.+)$'
      if rest then content:insert(pandoc.Str(rest)) end
    else
      content:insert(inline)
    end
  end
  para.content = content
  return para
end

return equations
