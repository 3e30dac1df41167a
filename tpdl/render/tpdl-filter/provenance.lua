-- provenance.lua: where a figure or table comes from, as a quiet line below it; the details open on demand.

local require = ...
local output = require 'output'
local warning = require 'warning'

local DOT = { pandoc.Space(), pandoc.Str '·', pandoc.Space() }

-- One part of a line: words or code, with or without a link.
local function inline(piece)
  local text = piece.code and not output.PDF and pandoc.Code(piece.text) or pandoc.Str(piece.text)
  return piece.url and pandoc.Link(text, piece.url) or text
end

local function inlines(pieces, separator)
  local all = pandoc.Inlines {}
  for i, piece in ipairs(pieces) do
    if i > 1 then all:extend(separator) end
    all:insert(inline(piece))
  end
  return all
end

local function badge(mark)
  if output.PDF then return warning(mark.text) end
  return { pandoc.Span(pandoc.Str(mark.text), pandoc.Attr('', { 'badge', 'badge-' .. mark.state })) }
end

local function details(rows)
  local list = {}
  for _, row in ipairs(rows) do
    local term, pieces = row[1], row[2]
    table.insert(list, { { pandoc.Str(term) }, { { pandoc.Plain(inlines(pieces, {})) } } })
  end
  return {
    output.html '<details><summary>how it was made</summary>',
    pandoc.DefinitionList(list),
    output.html '</details>',
  }
end

-- The extension of a data file, in capitals; that of an index of images is a word.
local function kind_of_file(path)
  local extension = path:match '%.(%w+)$'
  return extension == 'images' and extension or extension:upper()
end

-- The blocks behind a figure or table; none for one that no record tells of.
local function provenance(entry)
  local from = entry.provenance
  if not from then return {} end
  local line = inlines(from.line, DOT)
  if from.badge then
    line = pandoc.Inlines(badge(from.badge)) .. { pandoc.Space() } .. line
  end
  if output.PDF then
    return {
      output.typst '#align(center, block(above: 0.9em, below: 1.6em, text(size: 0.72em, fill: luma(40%))[',
      pandoc.Plain(line),
      output.typst ']))',
    }
  end
  if from.csv ~= '' then
    line:extend(DOT)
    line:insert(pandoc.Link(kind_of_file(from.csv), '/' .. from.csv, '', { download = '' }))
  end
  line:extend(DOT)
  local blocks = pandoc.Blocks { pandoc.Plain(line) }
  blocks:extend(details(from.details))
  return { pandoc.Div(blocks, pandoc.Attr('', { 'provenance' })) }
end

return provenance
