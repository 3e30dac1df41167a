-- tables.lua: ::: {#tbl-x .results from=…} becomes a table, and where it comes from.

local require = ...
local missing = require 'missing'
local output = require 'output'
local provenance = require 'provenance'
local report = require 'report'

local tables = {}

-- Rows of a table that stays on one page of paper, with where it comes from, and is not folded on the web.
local SHORT = 15
local SUMMED_UP = 'On paper the rows are summed up; the page on the web has all of them.'
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

function tables.results(div)
  local entry = report.known('tables', div.identifier)
  local is_long = div.classes:includes 'long' or #entry.rows > SHORT
  local summary = output.PDF and entry.summary
  local shown = summary or entry
  local classes = { 'results', is_long and 'long' or nil }
  local content = pandoc.Blocks(entry.missing == '' and { grid(shown, classes) } or missing('This table', entry))
  content:extend(div.content)
  if summary and #content > 1 and content[#content].t == 'Para' then
    content[#content].content:extend { pandoc.Space(), pandoc.Str(SUMMED_UP) }
  end
  local widths = not summary and div.attributes['tbl-colwidths']
  local attributes = widths and { ['tbl-colwidths'] = widths } or {}
  local blocks = pandoc.Blocks { pandoc.Div(content, pandoc.Attr(div.identifier, {}, attributes)) }
  local from = provenance(entry)
  if output.PDF and #shown.rows <= SHORT then
    blocks = output.typst_figures(#from > 0 and 'breakable: false, sticky: true' or 'breakable: false', blocks)
  end
  return blocks .. from, false
end

return tables
