-- headings.lua: numbers before headings; the first of level 1 is the chapter's title.

local require = ...
local book = require 'book'
local output = require 'output'
local words = require 'words'

local headings = {}

-- The heading that is the chapter's title, once it was met.
headings.title = nil

local function as_typst(header, number, supplement)
  local numbering = number ~= '' and '(..n) => "' .. number .. '"' or 'none'
  local opening = ('#heading(level: %d, numbering: %s, supplement: [%s])['):format(
    header.level, numbering, supplement)
  return { output.typst(opening), pandoc.Plain(header.content), output.typst('] <' .. header.identifier .. '>') }
end

-- A page has its title above the text, from the template; a chapter on paper has it in the text.
local function place_title(header)
  headings.title = header
  if not output.PDF then return {} end
  local word = book.chapter.part and 'Part' or words.OF_KIND[book.chapter.appendix and 'appendix' or 'chapter']
  return as_typst(header, book.chapter.number, word)
end

function headings.number(header)
  if header.level == 1 and not headings.title then return place_title(header) end
  local number = book.chapter.headings[header.identifier] or ''
  if output.PDF then return as_typst(header, number, words.OF_KIND.sec) end
  if number ~= '' then
    header.content:insert(1, pandoc.Span(number, pandoc.Attr('', { 'header-section-number' })))
    header.content:insert(2, pandoc.Space())
  end
  return header
end

return headings
