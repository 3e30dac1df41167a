-- links.lua: links between chapters, and to files of the project.

local require = ...
local book = require 'book'
local output = require 'output'

local CHAPTERS = { chapter = true, appendix = true }

-- The label of the chapter that is on this page of the book on the web.
local function chapter_on(page)
  for label, target in pairs(book.labels) do
    if target.page == page and CHAPTERS[target.kind] then return label end
  end
end

-- On paper there are no pages to go to: a link to a chapter leads to its place in the book, and one to a file is plain
-- text.
local function link_typst(link)
  local leads_out, leads_to_label = link.target:match '^%a[%w+.-]*:', link.target:match '^#'
  if leads_out or leads_to_label then return nil end
  local path, fragment = link.target:match '^([^#]*)#?(.*)$'
  local page = book.from_root(path):gsub('%.qmd$', '.html')
  local place = book.labels[fragment] and fragment or chapter_on(page)
  if not place then return link.content end
  link.target = '#' .. place
  return link
end

local function link_html(link)
  local target = link.target
  if target:sub(1, 1) == '/' then target = book.from_here(target:sub(2)) end
  link.target = target:gsub('%.qmd$', '.html'):gsub('%.qmd#', '.html#')
  return link
end

return output.PDF and link_typst or link_html
