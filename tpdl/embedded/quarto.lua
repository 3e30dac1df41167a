-- quarto.lua: the part of Quarto's Markdown that the chapters use, for plain Pandoc.
--
-- Cross references, numbered headings, figures, tables, listings and equations, subfigures and layouts, pictures that
-- open large, callouts, theorems, tabs, notes in the margin, annotated code, content for one format. The numbers come
-- from the first pass over the whole book (labels.py); this filter places them.
--
-- This file says in which order that happens. How it happens is in the folder `quarto-filter` beside it, one idea a
-- file.

local folder = pandoc.path.join { pandoc.path.directory(PANDOC_SCRIPT_FILE), 'quarto-filter' }
local parts = {}

-- A part of the filter, loaded once. Each part gets this function as its only argument, and calls it `require`. Lua's
-- own looks in the current folder, which is the book's, and not beside the filter.
local function part(name)
  if parts[name] == nil then
    local chunk, problem = loadfile(pandoc.path.join { folder, name .. '.lua' }, 't', _ENV)
    if not chunk then error(problem, 0) end
    parts[name] = chunk(part)
  end
  return parts[name]
end

local annotations = part 'annotations'
local blocks = part 'blocks'
local book = part 'book'
local equations = part 'equations'
local formats = part 'formats'
local headings = part 'headings'
local inner_titles = part 'inner_titles'
local lightbox = part 'lightbox'
local links = part 'links'
local margins = part 'margins'
local output = part 'output'
local pictures = part 'pictures'
local references = part 'references'
local videos = part 'videos'

local function place_blocks(document)
  document.blocks = blocks.place(document.blocks)
  document.meta.title = headings.title and headings.title.content
  return document
end

return {
  { Meta = book.load },
  { traverse = 'topdown', Div = formats.drop_what_is_for_others, Span = formats.drop_what_is_for_others },
  { Div = inner_titles.set_apart },
  { Header = headings.number },
  { Cite = references },
  { Blocks = annotations.place },
  { Pandoc = place_blocks },
  lightbox.handlers,
  { Span = margins.of_span },
  { Image = pictures, Link = links, RawInline = videos, Math = output.PDF and equations.unnumbered or nil },
}
