-- output.lua: what is written for the page (HTML) or for paper (Typst).

local output = {}

output.PDF = FORMAT:match 'typst' ~= nil
output.SLIDES = FORMAT:match 'revealjs' ~= nil

function output.html(text)
  return pandoc.RawBlock('html', text)
end

function output.typst(text)
  return pandoc.RawBlock('typst', text)
end

function output.typst_inline(text)
  return pandoc.RawInline('typst', text)
end

-- Blocks with settings of their own for the figures and tables in them: `rules` are those of a Typst `block`.
function output.typst_figures(rules, blocks)
  local opening = output.typst(('#[ #show figure: set block(%s)'):format(rules))
  return pandoc.Blocks { opening } .. blocks .. { output.typst ']' }
end

-- Blocks that go to the head or the foot of a page, this one or the next; `where` may be `bottom`.
function output.typst_float(blocks, where)
  local opening = output.typst(('#place(%s, float: true, clearance: 1.3em, block(width: 100%%)['):format(where or 'auto'))
  return pandoc.Blocks { opening } .. blocks .. { output.typst '])' }
end

-- A string of Typst's code.
function output.typst_string(text)
  return '"' .. text:gsub('\\', '\\\\'):gsub('"', '\\"') .. '"'
end

return output
