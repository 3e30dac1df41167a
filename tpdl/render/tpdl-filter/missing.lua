-- missing.lua: the box in the place of a figure or table that is not made yet, with the command that makes it.

local require = ...
local output = require 'output'

local BOX = '#block(width: 100%, inset: 1.4em, stroke: (paint: luma(60%), dash: "dashed"), radius: 4pt)['

-- `what` begins a sentence: "This figure".
local function missing(what, entry)
  local words = pandoc.Inlines {
    pandoc.Strong(pandoc.Str(what .. ' is not there yet')),
    pandoc.Str ' (',
    pandoc.Str(entry.missing),
    pandoc.Str ').',
  }
  if entry.command ~= '' then
    words:extend { pandoc.Str ' Make it with ', pandoc.Code(entry.command), pandoc.Str '.' }
  end
  if output.PDF then
    return { output.typst(BOX), pandoc.Para(words), output.typst ']' }
  end
  return { pandoc.Div({ pandoc.Para(words) }, pandoc.Attr('', { 'not-there-yet' })) }
end

return missing
