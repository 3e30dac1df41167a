-- sheets.lua: a grid of images with labels, as blocks of the page or of the paper. What is to be computed is computed by
-- `tpdl prepare`; how it looks is said in pictures.css, and what a reader can do with it in pictures.js.

local require = ...
local output = require 'output'
local values = require 'values'

-- Text that an experiment wrote, as Markdown.
local function inlines(text)
  return pandoc.utils.blocks_to_inlines(pandoc.read(text, 'markdown').blocks)
end

local function div(class, blocks, attributes)
  return pandoc.Div(blocks, pandoc.Attr('', { class }, attributes or {}))
end

local function words(class, text)
  return div(class, { pandoc.Plain(inlines(text)) })
end

local function percent(number)
  return ('%.2f%%'):format(100 * number)
end

-- On the page

-- Without a caption: with words of its own each would count as a figure. `group`: they open large one after the other.
local function image_html(image, identifier)
  -- Pairs, unlike a table by name, keep their order.
  local attributes = {
    { 'alt', values.in_text(image.alt) },
    { 'width', tostring(image.width) },
    { 'height', tostring(image.height) },
    { 'loading', 'lazy' },
    { 'decoding', 'async' },
    { 'group', identifier },
  }
  local classes = image.pixelated and { 'lightbox', 'pixelated' } or { 'lightbox' }
  return pandoc.Image({}, '/' .. image.src, '', pandoc.Attr('', classes, attributes))
end

local function marks_html(image)
  local marks = pandoc.Inlines {}
  if image.marks ~= '' then marks:insert(pandoc.RawInline('html', image.marks)) end
  for _, label in ipairs(image.mark_labels) do
    local style = ('left: %s; top: %s'):format(percent(label.left), percent(label.top))
    marks:insert(pandoc.Span(pandoc.Str(label.text), pandoc.Attr('', { 'sheet-mark' }, { style = style })))
  end
  return marks
end

local function frame_html(image, name, is_first, identifier)
  local content = pandoc.Inlines { image_html(image, identifier) } .. marks_html(image)
  local blocks = pandoc.Blocks { div('sheet-image', { pandoc.Plain(content) }) }
  if name then blocks:insert(words('sheet-frame-name', name)) end
  local classes = is_first and { 'sheet-frame', 'shown' } or { 'sheet-frame' }
  return pandoc.Div(blocks, pandoc.Attr('', classes, { style = ('--width: %dpx'):format(image.width) }))
end

local function tile_html(tile, sheet, identifier)
  if not tile then return div('sheet-tile', {}) end
  -- A sequence begins with what it leads to, a pair with its first image.
  local first = #sheet.frames > 2 and #sheet.frames or 1
  local frames = pandoc.Blocks {}
  for i, image in ipairs(tile.images) do
    frames:insert(frame_html(image, sheet.frames[i], i == first, identifier))
  end
  local blocks = pandoc.Blocks { div('sheet-frames', frames) }
  if tile.label ~= '' then blocks:insert(words('sheet-label', tile.label)) end
  return div('sheet-tile', blocks)
end

-- Each place of the grid in reading order: of a row its label and its tiles.
local function places(sheet, label_of_row, place_of_tile)
  local all = pandoc.Blocks {}
  for i, tile in ipairs(sheet.tiles) do
    local row = (i - 1) // sheet.columns + 1
    if #sheet.row_labels > 0 and (i - 1) % sheet.columns == 0 then all:extend(label_of_row(sheet.row_labels[row])) end
    all:extend(place_of_tile(tile, i))
  end
  return all
end

local function grid_html(sheet, identifier)
  local grid = pandoc.Blocks {}
  if #sheet.column_labels > 0 then
    if #sheet.row_labels > 0 then grid:insert(div('sheet-corner', {})) end
    for _, label in ipairs(sheet.column_labels) do grid:insert(words('sheet-column', label)) end
  end
  return grid .. places(
    sheet,
    function(label) return { words('sheet-row', label) } end,
    function(tile) return { tile_html(tile, sheet, identifier) } end)
end

local function sheet_html(sheet, alt, identifier)
  local classes = pandoc.List { 'sheet' }
  if sheet.matrix then classes:insert 'sheet-matrix' end
  if #sheet.row_labels > 0 then classes:insert 'sheet-with-rows' end
  if sheet.columns % 2 == 0 then classes:insert 'sheet-even' end
  if #sheet.row_labels > 0 and #sheet.column_labels == 0 and not sheet.pixelated then classes:insert 'sheet-rows' end
  if sheet.pixelated then classes:insert 'sheet-pixelated' end
  if #sheet.frames == 2 then classes:insert 'sheet-pair' end
  if #sheet.frames > 2 then classes:insert 'sheet-sequence' end
  local style = ('--together: %d; --apart: %d; --frames: %d; --own: %dpx'):format(
    sheet.columns, sheet.apart, math.max(#sheet.frames, 1), sheet.width)
  local attributes = { { 'style', style }, { 'role', 'group' } }
  if alt ~= '' then table.insert(attributes, { 'aria-label', alt }) end
  if #sheet.frames > 1 then
    table.insert(attributes, { 'data-frames', pandoc.json.encode(sheet.frames) })
    table.insert(attributes, { 'data-frame-label', sheet.frame_label })
  end
  local blocks = pandoc.Blocks { div('sheet-scroll', { div('sheet-grid', grid_html(sheet, identifier)) }) }
  -- Room for what the script puts there, so that nothing moves.
  if #sheet.frames > 1 then blocks:insert(div('sheet-controls', {})) end
  return pandoc.Blocks { pandoc.Div(blocks, pandoc.Attr('', classes, attributes)) }
end

-- On paper

-- Arguments of Typst functions, so nothing may stand between the brackets of two.
local function cell(blocks)
  return pandoc.Blocks { output.typst '[' } .. pandoc.Blocks(blocks) .. { output.typst '],' }
end

local function small(blocks)
  return pandoc.Blocks { output.typst '#text(size: 0.8em)[' } .. pandoc.Blocks(blocks) .. { output.typst ']' }
end

local function image_typst(image)
  local attributes = { { 'alt', values.in_text(image.alt) }, { 'width', '100%' } }
  local picture = pandoc.Image({}, '/' .. image.src, '', pandoc.Attr('', {}, attributes))
  local blocks = pandoc.Blocks { output.typst '#block(width: 100%, spacing: 0.4em)[', pandoc.Plain { picture } }
  if image.marks_on_paper ~= '' then
    blocks:insert(output.typst(('#place(top + left, pdf.artifact(image(bytes(%s), format: "svg", width: 100%%)))'):format(
      output.typst_string(image.marks_on_paper))))
  end
  blocks:insert(output.typst ']')
  return blocks
end

-- All frames beside each other; the first row names them.
local function frames_typst(tile, sheet, is_named)
  if #tile.images == 1 then return image_typst(tile.images[1]) end
  local blocks = pandoc.Blocks {
    output.typst(('#grid(columns: (1fr,) * %d, gutter: 0.35em,'):format(math.min(#tile.images, 10))),
  }
  for i, image in ipairs(tile.images) do
    local name = is_named and small { pandoc.Plain(inlines(sheet.frames[i])) } or {}
    blocks:extend(cell(image_typst(image) .. name))
  end
  blocks:insert(output.typst ')')
  return blocks
end

local function tile_typst(tile, sheet, is_named)
  if not tile then return cell {} end
  local blocks = frames_typst(tile, sheet, is_named)
  if tile.label ~= '' then
    local label = small { pandoc.Plain(inlines(tile.label)) }
    -- Below a row of many frames it would be taken for the heading of the next.
    blocks = #sheet.frames > 2 and label .. blocks or blocks .. label
  end
  return cell(blocks)
end

local function sheet_typst(sheet)
  local rows = #sheet.row_labels > 0
  local columns = sheet.matrix and sheet.columns or sheet.apart
  local opening = ('#layout(size => align(center, block(width: calc.min(0.92 * size.width, %dpt), {'
    .. 'set par(justify: false, leading: 0.45em, spacing: 0.5em); set block(spacing: 0.5em); set image(scaling: %s); '
    .. 'grid(columns: (%s(1fr,) * %d), column-gutter: 0.7em, row-gutter: 0.8em, align: %s,'):format(
    sheet.points, sheet.pixelated and '"pixelated"' or '"smooth"', rows and '(auto,) + ' or '', columns,
    sheet.matrix and 'center + horizon' or 'left + top')
  local blocks = pandoc.Blocks { output.typst(opening) }
  if #sheet.frames > 1 and sheet.frame_label ~= '' then
    local all = ('grid.cell(colspan: %d)'):format(columns + (rows and 1 or 0))
    blocks:insert(output.typst(all .. '['))
    blocks:extend(small { pandoc.Plain(inlines(sheet.frame_label)) })
    blocks:insert(output.typst '],')
  end
  if #sheet.column_labels > 0 then
    if rows then blocks:extend(cell {}) end
    for _, label in ipairs(sheet.column_labels) do
      blocks:extend(cell(small { pandoc.Plain(inlines(label)) }))
    end
  end
  blocks:extend(places(
    sheet,
    function(label) return cell(small { pandoc.Plain(inlines(label)) }) end,
    function(tile, i) return tile_typst(tile, sheet, i <= columns) end))
  blocks:insert(output.typst ')})))')
  return blocks
end

-- The blocks of a sheet. `alt`: what it shows as a whole; `identifier`: of the figure.
return function(sheet, alt, identifier)
  if output.PDF then return sheet_typst(sheet) end
  return sheet_html(sheet, alt, identifier)
end
