-- margins.lua: what stands beside the text (.column-margin, .aside) and what is wider than it (.column-page and others).

local require = ...
local output = require 'output'

local margins = {}

local BESIDE = { ['column-margin'] = true, aside = true }

-- "margin", "outset" or "page", for what is as wide as the text nil.
local function place_of(classes)
  for _, class in ipairs(classes) do
    if BESIDE[class] then return 'margin' end
    if class:match '^column%-body%-outset' then return 'outset' end
    if class:match '^column%-page' or class:match '^column%-screen' then return 'page' end
  end
end

-- The blocks at their place on paper; nil where that is the column of the text.
local function on_paper(blocks, classes)
  local place = place_of(classes)
  if not place then return nil end
  return pandoc.Blocks { output.typst('#' .. place .. '-column[') } .. blocks .. { output.typst ']' }
end

-- A page does it by the classes, see style.css. `false`: what is inside is placed already.
function margins.of_div(div, place)
  if not output.PDF or not place_of(div.classes) then return nil end
  return on_paper(place(div.content), div.classes), false
end

-- A figure, listing or table with such a class: `blocks` is all of it.
function margins.of_float(blocks, classes)
  return output.PDF and on_paper(blocks, classes) or blocks
end

-- The classes of a float's place, for its element on a page.
function margins.classes(classes)
  return classes:filter(function(class) return BESIDE[class] or class:match '^column%-' end)
end

-- Words beside the text stand at the foot of the page on paper, as Quarto's notes without a mark do.
function margins.of_span(span)
  if not output.PDF or place_of(span.classes) ~= 'margin' then return nil end
  return pandoc.Inlines { output.typst_inline '#unmarked-note[' } .. span.content .. { output.typst_inline ']' }
end

return margins
