-- references.lua: @fig-x becomes a link with the kind and number of what it refers to.

local require = ...
local book = require 'book'
local output = require 'output'
local words = require 'words'

-- `[Fig. @fig-x]` has words of its own before the number, `-@fig-x` none.
local function before_number(citation, kind)
  if #citation.prefix > 0 then
    local own = pandoc.Inlines {}
    own:extend(citation.prefix)
    own:insert(pandoc.Str(words.NO_BREAK_SPACE))
    return own
  elseif citation.mode == 'SuppressAuthor' then
    return pandoc.Inlines {}
  end
  return pandoc.Inlines { pandoc.Str(words.OF_KIND[kind] .. words.NO_BREAK_SPACE) }
end

-- nil for a citation of a work.
local function reference(citation)
  -- `@Fig-x` begins a sentence.
  local label = citation.id:sub(1, 1):lower() .. citation.id:sub(2)
  local target = book.labels[label]
  if not target then return nil end
  local number = target.number
  if target.sub then number = number .. words.NO_BREAK_SPACE .. '(' .. target.sub .. ')' end
  local text = before_number(citation, target.kind)
  text:insert(pandoc.Str(number))
  local same_document = output.PDF or target.page == book.chapter.page
  local page = same_document and '' or book.from_here(target.page)
  local link = pandoc.Link(text, page .. '#' .. label, '', pandoc.Attr('', { 'quarto-xref' }))
  return pandoc.Inlines { link } .. citation.suffix
end

local function references(cite)
  local all = pandoc.Inlines {}
  for i, citation in ipairs(cite.citations) do
    local one = reference(citation)
    if not one then return nil end
    if i > 1 then all:extend { pandoc.Str ',', pandoc.Space() } end
    all:extend(one)
  end
  return all
end

return references
