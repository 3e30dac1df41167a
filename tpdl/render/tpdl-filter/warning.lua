-- warning.lua: words that must not be missed, as inlines.

local require = ...
local output = require 'output'

local function warning(words)
  if output.PDF then
    return {
      output.typst_inline '#text(fill: rgb("#b3261e"), weight: "bold")[',
      pandoc.Str(words),
      output.typst_inline ']',
    }
  end
  return { pandoc.Span(pandoc.Str(words), pandoc.Attr('', { 'badge', 'badge-false' })) }
end

return warning
