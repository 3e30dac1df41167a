-- blocks.lua: finds what has to be placed, from the outside in. What is inside of something placed is placed by it, so
-- the parts that do it are handed `blocks.place`.

local require = ...
local callouts = require 'callouts'
local equations = require 'equations'
local floats = require 'floats'
local inner_titles = require 'inner_titles'
local layouts = require 'layouts'
local margins = require 'margins'
local tabs = require 'tabs'
local theorems = require 'theorems'

local blocks = {}

local function div_block(div)
  local kind = callouts.kind(div)
  if kind then return callouts.box(div, kind, blocks.place) end
  if div.classes:includes 'panel-tabset' then return tabs.box(div, blocks.place) end
  local word, label = inner_titles.theorem(div)
  if word then return theorems.box(div, word, label, blocks.place) end
  if floats.is_float(div) then return floats.of_div(div, blocks.place) end
  if div.classes:includes 'columns' then return layouts.columns(div, blocks.place) end
  local layout = layouts.of(div)
  if layout then return layouts.arrange(div.content, layout, blocks.place), false end
  return margins.of_div(div, blocks.place)
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
    CodeBlock = floats.of_code,
    Para = paragraph,
  }
end

return blocks
