-- layouts.lua: blocks beside each other, as `layout-ncol` or `layout` says.

local require = ...
local output = require 'output'

local layouts = {}

-- How a div wants its blocks: relative widths, "1 1 " (the same for every row) or "[[2,1],[1]]" (row by row); or nil.
function layouts.of(div)
  local columns = div.attributes['layout-ncol']
  if columns then return ('1 '):rep(tonumber(columns)) end
  return div.attributes.layout
end

local function rows_of(layout)
  local rows = {}
  for numbers in layout:gmatch '%[([%d%s,.]+)%]' do table.insert(rows, numbers) end
  return #rows > 0 and rows or { layout }
end

-- Relative widths as both formats write them.
local function fractions(row)
  local widths = {}
  for width in row:gmatch '[%d.]+' do table.insert(widths, width .. 'fr') end
  return widths
end

local function row_html(cells, widths)
  local divs = pandoc.Blocks {}
  for _, cell in ipairs(cells) do divs:insert(pandoc.Div(cell, pandoc.Attr('', { 'layout-cell' }))) end
  local style = 'grid-template-columns: ' .. table.concat(widths, ' ')
  return pandoc.Blocks { pandoc.Div(divs, pandoc.Attr('', { 'quarto-layout-panel' }, { style = style })) }
end

-- The cells of a Typst grid are arguments of a function, so nothing may stand between them.
local function row_typst(cells, widths)
  local blocks = pandoc.Blocks {
    output.typst('#grid(columns: (' .. table.concat(widths, ', ') .. ',), gutter: 1.2em,'),
  }
  for _, cell in ipairs(cells) do
    blocks:extend(pandoc.Blocks { output.typst '[' } .. cell .. { output.typst '],' })
  end
  blocks:insert(output.typst ')')
  return blocks
end

local as_row = output.PDF and row_typst or row_html

-- Every block is a cell. The last of the rows that are described is repeated for all cells that are left. `place` is
-- for the block in a cell.
function layouts.arrange(blocks, layout, place)
  local rows, arranged = rows_of(layout), pandoc.Blocks {}
  local next_block, current = 1, 0
  while next_block <= #blocks do
    current = math.min(current + 1, #rows)
    local widths, cells = fractions(rows[current]), {}
    local last = math.min(next_block + #widths - 1, #blocks)
    for i = next_block, last do
      table.insert(cells, place(pandoc.Blocks { blocks[i] }))
    end
    arranged:extend(as_row(cells, widths))
    next_block = last + 1
  end
  return arranged
end

-- ::: {.columns} with a ::: {.column width="40%"} for each; those without a width share what is left. `false`: all is
-- placed.
function layouts.columns(div, place)
  local cells, widths, left, without = {}, {}, 100, 0
  for _, column in ipairs(div.content) do
    local is_column = column.t == 'Div' and column.classes:includes 'column'
    local width = is_column and tonumber((column.attributes.width or ''):match '^([%d.]+)%%$') or false
    left, without = left - (width or 0), without + (width and 0 or 1)
    table.insert(widths, width)
    table.insert(cells, place(is_column and column.content or pandoc.Blocks { column }))
  end
  for at, width in ipairs(widths) do
    widths[at] = ('%gfr'):format(width or math.max(left / without, 1))
  end
  return as_row(cells, widths), false
end

return layouts
