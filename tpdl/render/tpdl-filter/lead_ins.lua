-- lead_ins.lua: on paper, a short paragraph that leads to an equation or to a list stands on the page where that begins.

local require = ...
local output = require 'output'

local lead_ins = {}

-- Letters of a paragraph, about five lines. A longer one may be parted from what follows, as it would leave a gap.
local SHORT = 450

local function begins_with_equation(block)
  local first = block.t == 'Para' and block.content[1]
  return first and first.t == 'Math' and first.mathtype == 'DisplayMath'
end

local function is_led_to(block)
  return block ~= nil and (block.t == 'BulletList' or block.t == 'OrderedList' or begins_with_equation(block))
end

local function is_short(block)
  return block.t == 'Para' and not begins_with_equation(block) and #pandoc.utils.stringify(block) <= SHORT
end

-- The paragraph, kept on the page of what comes next if it is short.
function lead_ins.kept(block)
  if not is_short(block) then return pandoc.Blocks { block } end
  return pandoc.Blocks {
    output.typst '#block(sticky: true, breakable: false, spacing: 1.05em)[',
    block,
    output.typst ']',
  }
end

function lead_ins.place(blocks)
  local placed = pandoc.Blocks {}
  for i, block in ipairs(blocks) do
    placed:extend(is_led_to(blocks[i + 1]) and lead_ins.kept(block) or { block })
  end
  return placed
end

return lead_ins
