-- tpdl.lua: puts into a document what `tpdl prepare` computed. It evaluates and formats nothing itself.
--
-- It runs first of all filters (in Quarto `at: pre-ast`), and leaves a document that an author could have written by hand:
--   `x:.1%`{.value}              -> the formatted value
--   [words]{claim="…"}           -> the words, marked if the claim does not hold
--   ::: {when="…"}               -> its content, or nothing
--   ![caption](figures/x.svg)    -> light and dark picture with alt text, and where it comes from
--   ::: {#tbl-x .results from=…} -> a table, and where it comes from
--   ::: {#fig-x .graph}          -> the graph of the steps; its content is the caption

local PDF = FORMAT:match 'typst' ~= nil
local report

local function load_report()
  local root = quarto and quarto.project.directory or '.'
  local path = os.getenv 'TPDL_REPORT' or pandoc.path.join { root, '.tpdl', 'report.json' }
  local file = io.open(path)
  if not file then
    error(path .. ' is not there; run `tpdl prepare` first', 0)
  end
  report = pandoc.json.decode(file:read 'a', false)
  file:close()
end

local function known(group, key)
  local found = report[group][key]
  if found == nil then
    error('`' .. key .. '` is not in the prepared report; run `tpdl prepare` again', 0)
  end
  return found
end

local function one_line(text)
  return (text:gsub('%s+', ' '):gsub('^ ', ''):gsub(' $', ''))
end

-- Values, claims, conditions -----------------------------------------------------------------------------------------

local function warning(words)
  if PDF then
    return { pandoc.RawInline('typst', '#text(fill: rgb("#b3261e"), weight: "bold")['), pandoc.Str(words),
      pandoc.RawInline('typst', ']') }
  end
  return { pandoc.Span(pandoc.Str(words), pandoc.Attr('', { 'badge', 'badge-false' })) }
end

local function value(code)
  if code.classes:includes 'value' then
    local found = known('values', one_line(code.text))
    if found.problem and PDF then return warning(found.text) end
    local class = found.problem and 'value value-problem' or 'value'
    return pandoc.Span(pandoc.Str(found.text), pandoc.Attr('', { class }, { title = found.title }))
  end
end

-- Attributes are plain text, so values in them are replaced as text.
local function value_in_text(text)
  return (text:gsub('`([^`]+)`{%.value}', function(expression)
    return known('values', one_line(expression)).text
  end))
end

local function markdown(text)
  return pandoc.utils.blocks_to_inlines(pandoc.read(text, 'markdown').blocks)
end

local function claim(span)
  local expression = span.attributes.claim
  if expression then
    local verdict = known('claims', expression)
    span.attributes.claim = nil
    span.classes:insert 'claim'
    span.attributes.title = (verdict.holds and 'Checked: ' or 'Does not hold: ') .. expression
    if not verdict.holds then
      span.classes:insert 'claim-false'
      span.content:insert(pandoc.Space())
      span.content:extend(warning(report.stand_in == '' and '✗ this claim does not hold' or '✗ does not hold on the stand-ins'))
    end
    return span
  end
end

local function condition(element)
  local expression = element.attributes.when
  if expression then
    return known('whens', expression) and element.content or {}
  end
end

-- Where a figure or table comes from ---------------------------------------------------------------------------------

local function piece(part)
  local text = part.code and not PDF and pandoc.Code(part.text) or pandoc.Str(part.text)
  return part.url and pandoc.Link(text, part.url) or text
end

local function inlines(parts, separator)
  local all = pandoc.Inlines {}
  for i, part in ipairs(parts) do
    if i > 1 then all:extend(separator) end
    all:insert(piece(part))
  end
  return all
end

local function badge(mark)
  if PDF then return warning(mark.text) end
  return { pandoc.Span(pandoc.Str(mark.text), pandoc.Attr('', { 'badge', 'badge-' .. mark.state })) }
end

local function details(rows)
  local list = {}
  for _, row in ipairs(rows) do
    table.insert(list, { { pandoc.Str(row[1]) }, { { pandoc.Plain(inlines(row[2], {})) } } })
  end
  return {
    pandoc.RawBlock('html', '<details><summary>how it was made</summary>'),
    pandoc.DefinitionList(list),
    pandoc.RawBlock('html', '</details>'),
  }
end

local DOT = { pandoc.Space(), pandoc.Str '·', pandoc.Space() }

local function provenance(entry)
  local from = entry.provenance
  if not from then return {} end
  local line = inlines(from.line, DOT)
  if from.badge then
    line = pandoc.Inlines(badge(from.badge)) .. { pandoc.Space() } .. line
  end
  if PDF then
    local small = '#align(center, block(above: 0.9em, below: 1.6em, text(size: 0.72em, fill: luma(40%))['
    return { pandoc.RawBlock('typst', small), pandoc.Plain(line), pandoc.RawBlock('typst', ']))') }
  end
  if from.csv ~= '' then
    line:extend(DOT)
    line:insert(pandoc.Link(from.csv:match '%.(%w+)$':upper(), '/' .. from.csv, '', { download = '' }))
  end
  line:extend(DOT)
  local blocks = pandoc.Blocks { pandoc.Plain(line) }
  blocks:extend(details(from.details))
  return { pandoc.Div(blocks, pandoc.Attr('', { 'provenance' })) }
end

local function missing_box(what, entry)
  local words = pandoc.Inlines { pandoc.Strong(pandoc.Str(what .. ' is not there yet')), pandoc.Str ' (' ,
    pandoc.Str(entry.missing), pandoc.Str ').' }
  if entry.command ~= '' then
    words:extend { pandoc.Str ' Make it with ', pandoc.Code(entry.command), pandoc.Str '.' }
  end
  if PDF then
    return { pandoc.RawBlock('typst', '#block(width: 100%, inset: 1.4em, stroke: (paint: luma(60%), dash: "dashed"), radius: 4pt)['),
      pandoc.Para(words), pandoc.RawBlock('typst', ']') }
  end
  return { pandoc.Div({ pandoc.Para(words) }, pandoc.Attr('', { 'not-there-yet' })) }
end

-- Figures ------------------------------------------------------------------------------------------------------------

local function pictures(image, entry)
  local alt = value_in_text(image.attributes['fig-alt'] or image.attributes.alt or entry.alt)
  local function variant(path, class)
    local copy = image:clone()
    copy.identifier, copy.src, copy.caption = '', '/' .. path, {} -- with words of its own it would count as a figure
    copy.attributes['fig-alt'], copy.attributes.alt = nil, alt
    if class then copy.classes:insert(class) end
    return copy
  end
  if PDF or entry.dark == '' then
    return { variant(entry.light) }
  end
  return { variant(entry.light, 'light-content'), variant(entry.dark, 'dark-content') }
end

-- The figure's blocks, and those that tell where it comes from; nil for an image that no step draws.
local function figure(image, identifier, caption)
  local entry = report.figures[image.src]
  if not entry then return nil end
  if #caption == 0 then caption = markdown(entry.caption) end
  -- Not a paragraph: Quarto would take the first of two pictures in a paragraph for the whole figure.
  local content = entry.missing == '' and { pandoc.Plain(pictures(image, entry)) } or missing_box('This figure', entry)
  if identifier ~= '' then
    content = pandoc.Blocks(content)
    content:insert(pandoc.Para(caption))
    content = { pandoc.Div(content, pandoc.Attr(identifier)) }
  elseif #caption > 0 then
    content = pandoc.Blocks(content)
    content:insert(pandoc.Div({ pandoc.Plain(caption) }, pandoc.Attr('', { 'caption' })))
    if PDF then
      content:insert(1, pandoc.RawBlock('typst', '#align(center)['))
      content:insert(pandoc.RawBlock('typst', ']'))
    end
    content = { pandoc.Div(content, pandoc.Attr('', { 'picture' })) }
  end
  return content, provenance(entry)
end

local function only_image(block)
  if #block.content == 1 and block.content[1].t == 'Image' then return block.content[1] end
end

-- Handlers for the two shapes in which Pandoc hands over an image that is a paragraph of its own. `place` decides where the
-- provenance goes.
local function figure_handlers(place)
  return {
    Figure = function(element)
      local image = element.content[1] and only_image(element.content[1])
      if image then
        local identifier = element.identifier ~= '' and element.identifier or image.identifier
        return place(figure(image, identifier, pandoc.utils.blocks_to_inlines(element.caption.long)))
      end
    end,
    Para = function(element)
      local image = only_image(element)
      if image then return place(figure(image, image.identifier, image.caption)) end
    end,
  }
end

-- `false` keeps the traversal out of what was placed: it would find the picture and place it again.
local function after_itself(blocks, from)
  if blocks then return pandoc.Blocks(blocks) .. from, false end
end

-- In a group (subfigures, columns) every block is a cell, so provenance goes behind the group.
local function group(div)
  local behind = pandoc.Blocks {}
  local handlers = figure_handlers(function(blocks, from)
    if blocks then behind:extend(from) end
    return blocks, false
  end)
  handlers.traverse = 'topdown'
  div.content = div.content:walk(handlers)
  return pandoc.Blocks { div } .. behind, false
end

local function is_group(div)
  return div.identifier:match '^fig%-' or div.attributes['layout-ncol'] or div.attributes['layout-nrow'] or div.attributes.layout
end

-- Tables -------------------------------------------------------------------------------------------------------------

local ALIGN = { left = pandoc.AlignLeft, right = pandoc.AlignRight }

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

local function grid(entry)
  local columns, titles = {}, {}
  for i, title in ipairs(entry.header) do
    columns[i] = { ALIGN[entry.align[i]], nil }
    titles[i] = { text = title }
  end
  local body = { attr = pandoc.Attr(), body = pandoc.List(entry.rows):map(row), head = {}, row_head_columns = 0 }
  return pandoc.Table({ long = {} }, columns, pandoc.TableHead { row(titles) }, { body }, pandoc.TableFoot())
end

local function results(div)
  local entry = known('tables', div.identifier)
  local content = pandoc.Blocks(entry.missing == '' and { grid(entry) } or missing_box('This table', entry))
  content:extend(div.content)
  local attributes = div.attributes['tbl-colwidths'] and { ['tbl-colwidths'] = div.attributes['tbl-colwidths'] } or {}
  return pandoc.Blocks { pandoc.Div(content, pandoc.Attr(div.identifier, {}, attributes)) } .. provenance(entry), false
end

-- The graph of the steps is part of the page, so that it follows the theme. On paper, where no page holds it, it has a picture for each
-- chapter, and the figure is the last of them.
local function graph(div)
  local before, content = pandoc.Blocks {}, pandoc.Blocks {}
  if PDF then
    local function quoted(text) return '"' .. text:gsub('\\', '\\\\'):gsub('"', '\\"') .. '"' end
    local parts = report.graph.parts
    for i, part in ipairs(parts) do
      local place, around = content, 'align(center, %s)'
      if i < #parts then -- each a figure too, as Typst notes for readers of a tagged PDF where a figure lies, and no other picture
        place, around = before, 'figure(kind: "graph", supplement: none, %s)'
      end
      local picture = ('image(bytes(%s), format: "svg", width: calc.min(420, %d * 0.55) * 1pt, alt: %s)'):format(
        quoted(part.svg), part.width, quoted(part.alt))
      place:insert(pandoc.RawBlock('typst', '#' .. around:format(picture)))
    end
  else
    content:insert(pandoc.RawBlock('html', '<div class="steps-graph" tabindex="0" role="region" aria-label="Graph of the steps">' ..
      report.graph.svg .. '</div>'))
  end
  content:extend(div.content)
  before:insert(pandoc.Div(content, pandoc.Attr(div.identifier)))
  return before, false
end

local function block(div)
  if div.classes:includes 'graph' then return graph(div) end
  if div.classes:includes 'results' then return results(div) end
  if is_group(div) then return group(div) end
end

-- The whole document -------------------------------------------------------------------------------------------------

-- The abstract becomes part of the text, below the title. Quarto would print only that of the first page, and none on paper.
local function abstract(document)
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

local function stand_in_notice(document)
  if report.stand_in == '' then return nil end
  if PDF then
    local notice = '#set page(foreground: place(top + center, dy: 8mm, text(size: 8pt, fill: rgb("#8a4b00"))[' ..
      report.stand_in .. ']))'
    if quarto then document.blocks:insert(1, pandoc.RawBlock('typst', notice)) end
  else
    document.blocks:insert(1, pandoc.Div({ pandoc.Para(report.stand_in) }, pandoc.Attr('', { 'stand-in-notice' })))
  end
  return document
end

-- Items that stand in conditions of their own, one behind the other, are one list.
local function one_list(document)
  local blocks, items = pandoc.Blocks {}, nil
  for _, block in ipairs(document.blocks) do
    local expression = block.t == 'Div' and #block.content == 1 and block.content[1].t == 'BulletList' and block.attributes.when
    if not expression then
      if items then blocks:insert(pandoc.BulletList(items)) end
      items = nil
      blocks:insert(block)
    elseif known('whens', expression) then
      items = items or pandoc.List {}
      items:extend(block.content[1].content)
    end
  end
  if items then blocks:insert(pandoc.BulletList(items)) end
  document.blocks = blocks
  return document
end

local function alt_text(image)
  for _, name in ipairs { 'fig-alt', 'alt' } do
    if image.attributes[name] then image.attributes[name] = value_in_text(image.attributes[name]) end
  end
  return image
end

local function inside_groups_and_out()
  local handlers = figure_handlers(after_itself)
  handlers.Div, handlers.traverse = block, 'topdown'
  return handlers
end

-- Typst would set the apostrophe after a digit as a prime.
local function apostrophes(str)
  if not str.text:find '’' then return nil end
  local parts, rest = pandoc.Inlines {}, str.text
  while rest:find '’' do
    local before, after = rest:match '^(.-)’(.*)$'
    parts:extend { pandoc.Str(before), pandoc.RawInline('typst', '’') }
    rest = after
  end
  parts:insert(pandoc.Str(rest))
  return parts
end

local TEXT = { Code = value, Image = alt_text }

local filters = {
  { Meta = load_report },
  { Pandoc = one_list },
  { Div = condition, Span = condition },
  inside_groups_and_out(),
  TEXT,
  { Span = claim },
  { Meta = function(meta)
      for key, entry in pairs(meta) do
        if pandoc.utils.type(entry) == 'Inlines' or pandoc.utils.type(entry) == 'Blocks' then meta[key] = entry:walk(TEXT) end
      end
      return meta
    end },
  { Pandoc = abstract },
  { Pandoc = stand_in_notice },
}
if PDF then table.insert(filters, { Str = apostrophes }) end
return filters
