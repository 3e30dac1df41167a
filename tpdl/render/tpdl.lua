-- tpdl.lua: puts into a document what `tpdl prepare` computed. It evaluates and formats nothing itself.
--
-- It runs first of all filters (in Quarto `at: pre-ast`), and leaves a document that an author could have written by
-- hand:
--   `x:.1%`{.value}              -> the formatted value
--   [words]{claim="…"}           -> the words, marked if the claim does not hold
--   ::: {when="…"}               -> its content, or nothing
--   ::: {with="a=…"}             -> its content, in which `a` is short for a result; or a box where that is missing
--   :::: {.question number="8"}  -> a question with its answer, what the original report concluded, and the details
--   ::: {.questions}             -> the table of all questions of the book
--   [words]{.term}               -> a link to their definition in the glossary
--   ![caption](figures/x.svg)    -> light and dark picture with alt text, and where it comes from
--   ![caption](figures/x.sheet)  -> a grid of images with labels, and where it comes from
--   ![caption](figures/x.mp4)    -> a video, on paper three of its frames, and where it comes from
--   ::: {#tbl-x .results from=…} -> a table, and where it comes from
--   ::: {#fig-x .graph}          -> the graph of the steps; its content is the caption
--
-- This file says in which order that happens. How it happens is in the folder `tpdl-filter` beside it, one idea a file;
-- the file and the folder belong together. (A folder named `tpdl` could be taken for the Python package.)

-- Where a part of the filter lies, whatever the current folder is. Quarto runs the filters of its users from a main.lua
-- of its own and documents `quarto.utils.resolve_path` for files beside a filter (its Lua API reference); plain Pandoc
-- documents PANDOC_SCRIPT_FILE, the filter that runs.
local function path_of(name)
  local file = pandoc.path.join { 'tpdl-filter', name }
  if quarto then return quarto.utils.resolve_path(file) end
  return pandoc.path.join { pandoc.path.directory(PANDOC_SCRIPT_FILE), file }
end

local parts = {}

-- A part of the filter, loaded once. Each part gets this function, and calls it `require`, and then `path_of`. Lua's own
-- will not do: in plain Pandoc it looks in the current folder, not beside the filter, and in Quarto it knows only
-- one `tables` for the filters of all extensions of a book.
local function part(name)
  if parts[name] == nil then
    -- `_ENV`: with the globals of this file. Quarto gives each filter globals of its own, but not what a filter loads.
    local chunk, problem = loadfile(path_of(name .. '.lua'), 't', _ENV)
    if not chunk then
      error(problem .. ' (tpdl.lua needs the folder tpdl-filter of the same version beside it)', 0)
    end
    parts[name] = chunk(part, path_of)
  end
  return parts[name]
end

local apostrophes = part 'apostrophes'
local cards = part 'cards'
local claims = part 'claims'
local conditions = part 'conditions'
local dependencies = part 'dependencies'
local edition = part 'edition'
local figures = part 'figures'
local glossary = part 'glossary'
local graph = part 'graph'
local lead_ins = part 'lead_ins'
local output = part 'output'
local lookups = part 'lookups'
local page = part 'page'
local questions = part 'questions'
local report = part 'report'
local scopes = part 'scopes'
local tables = part 'tables'
local titles = part 'titles'
local values = part 'values'

local function block(div)
  if div.classes:includes 'graph' then return graph(div) end
  if div.classes:includes 'results' then return tables.results(div) end
  if figures.is_group(div) then return figures.group(div) end
end

-- From the outside in, so that a group is met before the figures in it.
local function figures_and_tables()
  local handlers = figures.handlers(figures.with_provenance)
  handlers.Div, handlers.Header, handlers.traverse = block, figures.begin_chapter, 'topdown'
  return handlers
end

local filters = {
  { Meta = report.load },
  { Meta = dependencies.add },
  { Div = questions },
  { Div = scopes.bind },
  { Pandoc = edition.without_answers },
  { Pandoc = conditions.one_list },
  { Div = conditions.resolve, Span = conditions.resolve },
  { Div = scopes.resolve },
  figures_and_tables(),
  titles.handlers,
  values.handlers,
  { Span = claims.mark },
  { Div = glossary.anchors, Span = glossary.link },
  { Div = cards.parts, Link = cards.link },
  { Pandoc = cards.place },
  { Pandoc = lookups.place },
  { Meta = values.in_metadata },
  { Pandoc = page.abstract },
  { Pandoc = page.stand_in_notice },
}
if output.PDF then table.insert(filters, { Str = apostrophes, Blocks = lead_ins.place }) end
return filters
