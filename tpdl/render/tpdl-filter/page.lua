-- page.lua: what a page says as a whole: its abstract, and that its data are stand-ins.

local require = ...
local output = require 'output'
local report = require 'report'

local page = {}

-- The abstract becomes part of the text, below the title. Quarto would print only that of the first page, and none on
-- paper.
function page.abstract(document)
  local entry = document.meta.abstract
  if not entry then return nil end
  local is_blocks = pandoc.utils.type(entry) == 'Blocks'
  local content = is_blocks and entry or { pandoc.Para(entry) }
  local first = document.blocks[1]
  local place = first and first.t == 'Header' and 2 or 1
  document.blocks:insert(place, pandoc.Div(content, pandoc.Attr('', { 'abstract' })))
  document.meta.abstract = nil
  return document
end

function page.stand_in_notice(document)
  local words = report.data.stand_in
  if words == '' then return nil end
  if not output.PDF then
    document.blocks:insert(1, pandoc.Div({ pandoc.Para(words) }, pandoc.Attr('', { 'stand-in-notice' })))
  elseif quarto then -- the embedded renderer's own template says it
    local notice = '#set page(foreground: place(top + center, dy: 8mm, text(size: 8pt, fill: rgb("#8a4b00"))['
    document.blocks:insert(1, output.typst(notice .. words .. ']))'))
  end
  return document
end

return page
