-- quarto.lua: the part of Quarto's Markdown that the chapters use, for plain Pandoc.
--
-- Cross references, numbered headings, figures, tables and equations, subfigures and layouts, callouts, content for one format.
-- The numbers come from the first pass over the whole book (labels.py); this filter places them.

local PDF = FORMAT:match 'typst' ~= nil
local NBSP = '\u{a0}'
local WORDS = { fig = 'Figure', tbl = 'Table', eq = 'Equation', sec = 'Section', chapter = 'Chapter', appendix = 'Appendix' }

local book -- labels: label -> number, page, kind, sub; chapter: number, page, headings

local function load_book()
  local file = assert(io.open(os.getenv 'TPDL_CHAPTER'))
  book = pandoc.json.decode(file:read 'a', false)
  file:close()
end

local function quoted(text)
  return '"' .. text:gsub('\\', '\\\\'):gsub('"', '\\"') .. '"'
end

local function html(text) return pandoc.RawBlock('html', text) end
local function typst(text) return pandoc.RawBlock('typst', text) end

-- A path from the root of the book, as seen from this page.
local function from_here(path)
  local folder = book.chapter.page:match '^.*/' or ''
  if path:sub(1, #folder) == folder then return path:sub(#folder + 1) end
  return ('../'):rep(select(2, folder:gsub('/', ''))) .. path
end

-- `folder/../figures/x.svg` without the detour.
local function join(folder, path)
  local parts = {}
  for part in (folder .. '/' .. path):gmatch '[^/]+' do
    if part == '..' then table.remove(parts) elseif part ~= '.' then table.insert(parts, part) end
  end
  return table.concat(parts, '/')
end

-- References ---------------------------------------------------------------------------------------------------------

local function reference(citation)
  local label = citation.id:sub(1, 1):lower() .. citation.id:sub(2)
  local target = book.labels[label]
  if not target then return nil end
  local number = target.number
  if target.sub then number = number .. NBSP .. '(' .. target.sub .. ')' end
  local words = pandoc.Inlines {}
  if #citation.prefix > 0 then
    words:extend(citation.prefix)
    words:insert(pandoc.Str(NBSP))
  elseif citation.mode ~= 'SuppressAuthor' then
    words:insert(pandoc.Str(WORDS[target.kind] .. NBSP))
  end
  words:insert(pandoc.Str(number))
  local page = (PDF or target.page == book.chapter.page) and '' or from_here(target.page)
  local link = pandoc.Link(words, page .. '#' .. label, '', pandoc.Attr('', { 'quarto-xref' }))
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

-- Headings -----------------------------------------------------------------------------------------------------------

local heading = 0

local function heading_typst(header, number, supplement)
  local opening = ('#heading(level: %d, numbering: %s, supplement: [%s])['):format(
    header.level, number ~= '' and '(..n) => "' .. number .. '"' or 'none', supplement)
  return { typst(opening), pandoc.Plain(header.content), typst('] <' .. header.identifier .. '>') }
end

local function number_heading(header)
  if header.level == 1 and not book.title then
    book.title = header
    return PDF and heading_typst(header, book.chapter.number, WORDS[book.chapter.appendix and 'appendix' or 'chapter']) or {}
  end
  heading = heading + 1
  local number = book.chapter.headings[heading]
  if PDF then return heading_typst(header, number, WORDS.sec) end
  if number ~= '' then
    header.content:insert(1, pandoc.Span(number, pandoc.Attr('', { 'header-section-number' })))
    header.content:insert(2, pandoc.Space())
  end
  return header
end

-- Figures, tables, equations -----------------------------------------------------------------------------------------

local function caption_of(div)
  local last = div.content[#div.content]
  if last and last.t == 'Para' and #div.content > 1 then
    div.content:remove()
    return last.content
  end
  return pandoc.Inlines {}
end

local function caption_text(label, caption)
  if label.sub then
    return pandoc.Inlines { pandoc.Str('(' .. label.sub .. ')'), pandoc.Space() } .. caption
  end
  local number = pandoc.Span(WORDS[label.kind] .. NBSP .. label.number .. ':', pandoc.Attr('', { 'caption-number' }))
  return pandoc.Inlines { number, pandoc.Space() } .. caption
end

-- A wide table scrolls sideways; the keyboard has to be able to reach it, and a screen reader to name it.
local function reachable(label)
  return { { 'tabindex', '0' }, { 'role', 'region' }, { 'aria-label', WORDS.tbl .. ' ' .. label.number } } -- pairs keep their order
end

local function float_html(identifier, label, content, caption)
  local blocks = pandoc.Blocks(content)
  local words = { html '<figcaption>', pandoc.Plain(caption_text(label, caption)), html '</figcaption>' }
  if label.kind == 'tbl' then
    blocks = pandoc.Blocks(words) .. { pandoc.Div(blocks, pandoc.Attr('', { 'table-scroll' }, reachable(label))) }
  else
    blocks = blocks .. words
  end
  local class = 'quarto-float quarto-float-' .. label.kind .. (label.sub and ' quarto-subfloat' or '')
  blocks:insert(1, html('<figure id="' .. identifier .. '" class="' .. class .. '">'))
  blocks:insert(html '</figure>')
  return blocks
end

local function float_typst(identifier, label, content, caption)
  local number = label.sub and '(' .. label.sub .. ')' or label.number
  local kind = label.sub and 'subfigure' or 'quarto-float-' .. label.kind
  local opening = ('#figure(kind: "%s", supplement: [%s], numbering: (..n) => "%s", outlined: %s, caption: ['):format(
    kind, label.sub and '' or WORDS[label.kind], number, tostring(not label.sub))
  return pandoc.Blocks { typst(opening), pandoc.Plain(caption), typst '])[' } .. pandoc.Blocks(content) ..
    { typst('] <' .. identifier .. '>') }
end

local float = PDF and float_typst or float_html

local function widths(element, spec)
  local numbers, total = {}, 0
  for number in spec:gmatch '[%d.]+' do
    table.insert(numbers, tonumber(number))
    total = total + tonumber(number)
  end
  return element:walk { Table = function(tbl)
    for i, colspec in ipairs(tbl.colspecs) do tbl.colspecs[i] = { colspec[1], numbers[i] and numbers[i] / total } end
    return tbl
  end }
end

local place_floats

local function grid_columns(div)
  if div.attributes['layout-ncol'] then return ('1 '):rep(tonumber(div.attributes['layout-ncol'])) end
  return div.attributes.layout
end

-- Rows of relative widths: "1 1 " (the same for every row) or "[[2,1],[1]]" (row by row).
local function rows_of(layout)
  local rows = {}
  for numbers in layout:gmatch '%[([%d%s,.]+)%]' do table.insert(rows, numbers) end
  return #rows > 0 and rows or { layout }
end

-- Every block is a cell. The cells of a Typst grid are arguments of a function, so nothing may stand between them.
local function arrange(cells, layout)
  local rows, blocks = rows_of(layout), pandoc.Blocks {}
  local next_cell, current = 1, 0
  while next_cell <= #cells do
    current = math.min(current + 1, #rows)
    local fractions, row = {}, pandoc.Blocks {}
    for width in rows[current]:gmatch '[%d.]+' do
      table.insert(fractions, width .. 'fr')
      if next_cell <= #cells then
        local content = place_floats(pandoc.Blocks { cells[next_cell] })
        if PDF then
          row:extend(pandoc.Blocks { typst '[' } .. content .. { typst '],' })
        else
          row:insert(pandoc.Div(content, pandoc.Attr('', { 'layout-cell' })))
        end
        next_cell = next_cell + 1
      end
    end
    if PDF then
      blocks:insert(typst('#grid(columns: (' .. table.concat(fractions, ', ') .. ',), gutter: 1.2em,'))
      blocks:extend(row)
      blocks:insert(typst ')')
    else
      local style = 'grid-template-columns: ' .. table.concat(fractions, ' ')
      blocks:insert(pandoc.Div(row, pandoc.Attr('', { 'quarto-layout-panel' }, { style = style })))
    end
  end
  return blocks
end

local function div_float(div)
  local label = book.labels[div.identifier]
  local caption = caption_of(div)
  if div.attributes['tbl-colwidths'] then div.content = widths(div.content, div.attributes['tbl-colwidths']) end
  local layout = grid_columns(div)
  local content = layout and arrange(div.content, layout) or place_floats(div.content)
  return float(div.identifier, label, content, caption), false
end

local function image_of(block)
  return #block.content == 1 and block.content[1].t == 'Image' and block.content[1] or nil
end

local function table_float(tbl)
  local identifier, label = tbl.identifier, book.labels[tbl.identifier]
  if not label then return nil end
  local caption = pandoc.utils.blocks_to_inlines(tbl.caption.long)
  local spec = tbl.attributes['tbl-colwidths']
  tbl.identifier, tbl.caption = '', { long = {} }
  local content = pandoc.Blocks { tbl }
  return float(identifier, label, spec and widths(content, spec) or content, caption), false
end

-- A formula for Typst, with its TeX source for those who cannot see it.
local function formula(math, number, identifier)
  local source = pandoc.write(pandoc.Pandoc { pandoc.Plain { math } }, 'typst'):gsub('%s+$', '')
  local display = math.mathtype == 'DisplayMath'
  return pandoc.RawInline('typst', ('#math.equation(block: %s, numbering: %s, alt: %s, %s)%s'):format(
    tostring(display), number and '(..n) => "(' .. number .. ')"' or 'none', quoted(math.text), source,
    identifier and ' <' .. identifier .. '>' or ''))
end

local function equation(block)
  local content = pandoc.Inlines {}
  for _, inline in ipairs(block.content) do
    local identifier = inline.t == 'Str' and inline.text:match '^{#(eq%-[^}]+)}'
    if identifier then
      while content[#content].t == 'Space' or content[#content].t == 'SoftBreak' do content:remove() end
      local math, number = content:remove(), book.labels[identifier].number
      if PDF then
        content:insert(formula(math, number, identifier))
      else
        content:insert(pandoc.Span({ math, pandoc.Span('(' .. number .. ')', pandoc.Attr('', { 'equation-number' })) },
          pandoc.Attr(identifier, { 'equation' })))
      end
      local rest = inline.text:match '}(.+)$'
      if rest then content:insert(pandoc.Str(rest)) end
    else
      content:insert(inline)
    end
  end
  block.content = content
  return block
end

-- Callouts, layouts, formats -----------------------------------------------------------------------------------------

-- A callout's title may be written as a heading, but is none: it must be out of the way before headings are numbered.
local function callout_title(div)
  local first = div.content[1]
  if div.classes[1] and div.classes[1]:match '^callout%-' and first and first.t == 'Header' and not div.attributes.title then
    div.content[1] = pandoc.Div({ pandoc.Plain(first.content) }, pandoc.Attr('', { 'callout-title' }))
    return div
  end
end

local function callout(div, kind)
  local written = div.attributes.title or (kind:sub(1, 1):upper() .. kind:sub(2))
  local title = pandoc.utils.blocks_to_inlines(pandoc.read(written, 'markdown').blocks)
  if div.content[1] and div.content[1].classes and div.content[1].classes:includes 'callout-title' then
    title = div.content:remove(1).content[1].content
  end
  local body = place_floats(div.content)
  if PDF then
    return pandoc.Blocks { typst('#callout("' .. kind .. '", ['), pandoc.Plain(title), typst '])[' } .. body .. { typst ']' }, false
  end
  local folded = div.attributes.collapse
  local open, shut = '<div class="callout-header">', '</div>'
  if folded then open, shut = '<summary class="callout-header">', '</summary>' end
  local blocks = pandoc.Blocks { html(open), pandoc.Plain(title), html(shut), pandoc.Div(body, pandoc.Attr('', { 'callout-body' })) }
  if folded then
    blocks:insert(1, html(folded == 'false' and '<details open>' or '<details>'))
    blocks:insert(html '</details>')
  end
  return pandoc.Div(blocks, pandoc.Attr(div.identifier, { 'callout', 'callout-' .. kind })), false
end

local function meant_for_this_format(formats)
  for name in formats:gmatch '%w+' do
    if name == 'typst' and PDF or name == 'html' and not PDF then return true end
  end
  return false
end

local function kept(div)
  local hides = div.classes:includes 'content-hidden'
  if not hides and not div.classes:includes 'content-visible' then return true end
  local fits = true
  if div.attributes['when-format'] then fits = meant_for_this_format(div.attributes['when-format']) end
  if div.attributes['unless-format'] then fits = not meant_for_this_format(div.attributes['unless-format']) end
  return fits ~= hides
end

local function block(div)
  for _, class in ipairs(div.classes) do
    local kind = class:match '^callout%-(%w+)$'
    if kind then return callout(div, kind) end
  end
  if book.labels[div.identifier] and div.identifier:match '^[ft][ib][gl]%-' then return div_float(div) end
  local layout = grid_columns(div)
  if layout then return arrange(div.content, layout), false end
end

function place_floats(blocks)
  return blocks:walk {
    traverse = 'topdown',
    Div = block,
    Table = table_float,
    Figure = function(figure)
      local label = book.labels[figure.identifier]
      if label then
        return float(figure.identifier, label, figure.content, pandoc.utils.blocks_to_inlines(figure.caption.long)), false
      end
    end,
    Para = function(para)
      local image = image_of(para)
      local label = image and book.labels[image.identifier]
      if label then
        local identifier = image.identifier
        image.identifier = ''
        return float(identifier, label, { para }, {}), false
      end
      return equation(para)
    end,
  }
end

-- Paths --------------------------------------------------------------------------------------------------------------

local function length(text)
  local pixels = text:match '^([%d.]+)p?x?$'
  return pixels and tonumber(pixels) * 0.75 .. 'pt' or text
end

local function picture(image)
  local alt = image.attributes['fig-alt'] or image.attributes.alt or pandoc.utils.stringify(image.caption)
  if PDF then
    local path = image.src
    if path:sub(1, 1) ~= '/' then path = '/' .. join(pandoc.path.directory(book.chapter.source), path) end
    local size = ''
    for _, side in ipairs { 'width', 'height' } do
      if image.attributes[side] then size = size .. ', ' .. side .. ': ' .. length(image.attributes[side]) end
    end
    return pandoc.RawInline('typst', '#box(image(' .. quoted(path) .. size .. ', alt: ' .. quoted(alt) .. '))')
  end
  if image.src:sub(1, 1) == '/' then image.src = from_here(image.src:sub(2)) end
  image.attributes.loading, image.attributes.alt, image.attributes['fig-alt'] = 'lazy', alt, nil
  return image
end

-- On paper there are no pages to go to: a link to a chapter leads to its place in the book, and one to a file is plain text.
local function printed_link(element)
  local target = element.target
  if target:match '^%a[%w+.-]*:' or target:match '^#' then return nil end
  local path, fragment = target:match '^([^#]*)#?(.*)$'
  local here = pandoc.path.directory(book.chapter.source)
  local page = (path:sub(1, 1) == '/' and path:sub(2) or join(here, path)):gsub('%.qmd$', '.html')
  local place = book.labels[fragment] and fragment
  for label, known in pairs(book.labels) do
    if not place and known.page == page and (known.kind == 'chapter' or known.kind == 'appendix') then place = label end
  end
  if not place then return element.content end
  element.target = '#' .. place
  return element
end

local function link(element)
  if PDF then return printed_link(element) end
  local target = element.target
  if target:sub(1, 1) == '/' then target = from_here(target:sub(2)) end
  element.target = target:gsub('%.qmd$', '.html'):gsub('%.qmd#', '.html#')
  return element
end

return {
  { Meta = load_book },
  { traverse = 'topdown', Div = function(div) if not kept(div) then return {} end end },
  { Div = callout_title },
  { Header = number_heading },
  { Cite = references },
  { Pandoc = function(document)
      document.blocks = place_floats(document.blocks)
      document.meta.title = book.title and book.title.content
      return document
    end },
  { Image = picture, Link = link, Math = PDF and function(math) return formula(math) end or nil },
}
