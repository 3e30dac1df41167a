-- tables.lua: ::: {#tbl-x .results from=…} becomes a table, and where it comes from.

local require = ...
local missing = require 'missing'
local output = require 'output'
local provenance = require 'provenance'
local report = require 'report'

local tables = {}

-- Rows of a table that stays on one page of paper, with where it comes from, and is not folded on the web.
local SHORT = 15
-- Lines of a table that fits on a page of paper, and letters of a row that surely fit on a line.
local PAGE, LINE = 54, 80
local ALIGNMENTS = { left = pandoc.AlignLeft, right = pandoc.AlignRight }

local function cell(content)
  local text = content.code and pandoc.Code(content.text) or pandoc.Str(content.text)
  if content.bold then text = pandoc.Strong(text) end
  local words = pandoc.Inlines { text }
  if content.command then
    words = pandoc.Inlines { pandoc.Emph(text), pandoc.Str ': ', pandoc.Code(content.command) }
  end
  return pandoc.Cell({ pandoc.Plain(words) }, pandoc.AlignDefault, 1, content.span or 1)
end

local function row(cells)
  return pandoc.Row(pandoc.List(cells):map(cell))
end

-- The classes are for tables.js, which folds and sorts.
local function grid(entry, classes)
  local columns, titles = {}, {}
  for i, title in ipairs(entry.header) do
    columns[i] = { ALIGNMENTS[entry.align[i]], nil }
    titles[i] = { text = title }
  end
  local body = { attr = pandoc.Attr(), body = pandoc.List(entry.rows):map(row), head = {}, row_head_columns = 0 }
  local head, foot = pandoc.TableHead { row(titles) }, pandoc.TableFoot()
  return pandoc.Table({ long = {} }, columns, head, { body }, foot, pandoc.Attr('', classes))
end

local function fits_on_a_page(rows)
  local lines = 0
  for _, cells in ipairs(rows) do
    local letters = 0
    for _, content in ipairs(cells) do letters = letters + pandoc.text.len(content.text) end
    lines = lines + math.max(1, math.ceil(letters / LINE))
  end
  return lines <= PAGE
end

function tables.results(div)
  local entry = report.known('tables', div.identifier)
  local is_long = div.classes:includes 'long' or #entry.rows > SHORT
  local classes = { 'results', is_long and 'long' or nil }
  local content = pandoc.Blocks(entry.missing == '' and { grid(entry, classes) } or missing('This table', entry))
  content:extend(div.content)
  local widths = div.attributes['tbl-colwidths']
  local attributes = widths and { ['tbl-colwidths'] = widths } or {}
  local blocks = pandoc.Blocks { pandoc.Div(content, pandoc.Attr(div.identifier, {}, attributes)) }
  local from = provenance(entry)
  if output.PDF and #entry.rows <= SHORT then
    blocks = output.typst_figures(#from > 0 and 'breakable: false, sticky: true' or 'breakable: false', blocks)
  end
  if output.PDF and #entry.rows > SHORT and fits_on_a_page(entry.rows) then
    -- It moves as a figure does, so that no two rows of it are left for the next page.
    return output.typst_float(output.typst_figures('breakable: false', blocks) .. from), false
  end
  return blocks .. from, false
end

return tables
