-- apostrophes.lua: on paper, an apostrophe after a digit stays one. Typst would set it as a prime.

local require = ...
local output = require 'output'

local function apostrophes(str)
  if not str.text:find '’' then return nil end
  local pieces, rest = pandoc.Inlines {}, str.text
  while rest:find '’' do
    local before, after = rest:match '^(.-)’(.*)$'
    pieces:extend { pandoc.Str(before), output.typst_inline '’' }
    rest = after
  end
  pieces:insert(pandoc.Str(rest))
  return pieces
end

return apostrophes
