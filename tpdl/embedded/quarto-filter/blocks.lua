-- blocks.lua: finds what has to be placed, from the outside in. What is inside of something placed is placed by it, so
-- the parts that do it are handed `blocks.place`.

local require = ...
local callouts = require 'callouts'
local equations = require 'equations'
local floats = require 'floats'
local layouts = require 'layouts'

local blocks = {}

local function div_block(div)
  local kind = callouts.kind(div)
  if kind then return callouts.box(div, kind, blocks.place) end
  if floats.is_float(div) then return floats.of_div(div, blocks.place) end
  local layout = layouts.of(div)
  if layout then return layouts.arrange(div.content, layout, blocks.place), false end
end

local function paragraph(para)
  local float, descend = floats.of_paragraph(para)
  if float then return float, descend end
  return equations.number(para)
end

function blocks.place(list)
  return list:walk {
    traverse = 'topdown',
    Div = div_block,
    Table = floats.of_table,
    Figure = floats.of_figure,
    Para = paragraph,
  }
end

return blocks
