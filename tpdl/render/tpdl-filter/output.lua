-- output.lua: what is written for the page (HTML) or for paper (Typst).

local output = {}

output.PDF = FORMAT:match 'typst' ~= nil

function output.html(text)
  return pandoc.RawBlock('html', text)
end

function output.typst(text)
  return pandoc.RawBlock('typst', text)
end

function output.typst_inline(text)
  return pandoc.RawInline('typst', text)
end

-- A string of Typst's code.
function output.typst_string(text)
  return '"' .. text:gsub('\\', '\\\\'):gsub('"', '\\"') .. '"'
end

return output
