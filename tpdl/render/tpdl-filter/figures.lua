-- figures.lua: ![caption](figures/x.svg) becomes a light and a dark picture with alt text, a chart, a sheet or a video,
-- and where they come from.

local require = ...
local charts = require 'charts'
local missing = require 'missing'
local output = require 'output'
local provenance = require 'provenance'
local report = require 'report'
local sheets = require 'sheets'
local values = require 'values'
local videos = require 'videos'

local figures = {}

local function markdown(text)
  return pandoc.utils.blocks_to_inlines(pandoc.read(text, 'markdown').blocks)
end

local function alt_text(image, entry)
  return values.in_text(image.attributes['fig-alt'] or image.attributes.alt or entry.alt)
end

-- A picture for each kind of page: light or dark, and wide or narrow where it is drawn anew for a phone. The style shows
-- the one that fits. An image of the class `narrow` has little room on any page.
local function pictures(image, entry)
  local alt = alt_text(image, entry)
  local function variant(path, ...)
    local copy = image:clone()
    -- Without a caption: with words of its own each would count as a figure.
    copy.identifier, copy.src, copy.caption = '', '/' .. path, {}
    copy.attributes['fig-alt'], copy.attributes.alt = nil, alt
    for _, class in ipairs { ... } do copy.classes:insert(class) end
    if not output.PDF then
      copy.attributes.loading = 'lazy'
      if not copy.classes:includes 'nolightbox' then copy.classes:insert 'lightbox' end
    end
    return copy
  end
  local is_narrow = image.classes:includes 'narrow' and entry.narrow ~= ''
  if output.PDF then
    local printed = variant(is_narrow and entry.narrow or entry.light)
    -- As wide as the page they are larger than they need to be to be read.
    if not is_narrow and not image.classes:includes 'bare' and not printed.attributes.width then printed.attributes.width = '79%' end
    return { printed }
  end
  local function themes(light, dark, ...)
    if dark == '' then return { variant(light, ...) } end
    return { variant(light, 'light-content', ...), variant(dark, 'dark-content', ...) }
  end
  if is_narrow then return themes(entry.narrow, entry.narrow_dark) end
  if entry.narrow == '' then return themes(entry.light, entry.dark) end
  local all = pandoc.List(themes(entry.light, entry.dark, 'wide-content'))
  all:extend(themes(entry.narrow, entry.narrow_dark, 'narrow-content'))
  return all
end

-- Room for the slider that reads the plot, and what it says; pictures.js fills it.
local function readings(points)
  local attributes = { { 'data-wide', points.wide }, { 'data-narrow', points.narrow or points.wide } }
  return pandoc.Div({}, pandoc.Attr('', { 'readings' }, attributes))
end

local function shown(image, entry, identifier)
  -- `group` must not be empty, or all sheets without a label would be one.
  if entry.sheet then return sheets(entry.sheet, alt_text(image, entry), identifier ~= '' and identifier or image.src) end
  if entry.video then return videos(entry.video, alt_text(image, entry)) end
  -- Not a paragraph: Quarto would take the first of two pictures in a paragraph for the whole figure.
  local blocks = pandoc.Blocks { pandoc.Plain(pictures(image, entry)) }
  if entry.chart then return charts(entry.chart, blocks, alt_text(image, entry)) end
  local is_read = entry.readings and not output.PDF and not image.classes:includes 'bare'
  if is_read then blocks:insert(readings(entry.readings)) end
  return blocks
end

-- A picture with a caption that nothing refers to.
local function unnumbered(content, caption)
  content:insert(pandoc.Div({ pandoc.Plain(caption) }, pandoc.Attr('', { 'caption' })))
  if output.PDF then
    content:insert(1, output.typst '#align(center)[')
    content:insert(output.typst ']')
  end
  return { pandoc.Div(content, pandoc.Attr('', { 'picture' })) }
end

-- The figure's blocks (of a `bare` one the picture alone, which is explained elsewhere), and those that tell where it comes from; nil for an image that no step draws.
local function figure(image, identifier, caption)
  local entry = report.data.figures[image.src]
  if not entry then return nil end
  if image.classes:includes 'bare' and entry.missing == '' then
    local alone = shown(image, entry, identifier)
    -- Or the words behind it would go on in its line.
    if output.PDF and alone[1].t == 'Plain' then alone[1] = pandoc.Para(alone[1].content) end
    return alone, {}
  end
  if #caption == 0 then caption = markdown(entry.caption) end
  local content
  if entry.missing == '' then
    content = shown(image, entry, identifier)
  else
    content = pandoc.Blocks(missing('This figure', entry))
  end
  if identifier ~= '' then
    content:insert(pandoc.Para(caption))
    content = { pandoc.Div(content, pandoc.Attr(identifier)) }
  elseif #caption > 0 then
    content = unnumbered(content, caption)
  end
  return content, provenance(entry), entry.sheet and entry.sheet.breakable
end

local function only_image(block)
  if #block.content == 1 and block.content[1].t == 'Image' then return block.content[1] end
end

-- Handlers for the two shapes in which Pandoc hands over an image that is a paragraph of its own. `place` is handed the
-- figure, its provenance, and whether it may go over several pages of paper; or nothing; and decides where they go.
function figures.handlers(place)
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

-- On its first page a chapter begins with its title, so its first figures go to the foot.
local OF_FIRST_PAGE, floats = 2, 0

function figures.begin_chapter(header)
  if header.level == 1 then floats = 0 end
end

-- Places a figure's provenance behind it. On paper both go to the head or foot of a page, so that the text flows on
-- and fills the pages; what may go over several pages stays where it is. `false` keeps the traversal out of what was placed:
-- it would find the picture and place it again.
function figures.with_provenance(blocks, from, is_breakable)
  if not blocks then return nil end
  blocks = pandoc.Blocks(blocks)
  if not output.PDF then return blocks .. from, false end
  if is_breakable then return output.typst_figures('breakable: true', blocks) .. from, false end
  if #from == 0 then return blocks, false end  -- a picture among others, which has its place
  floats = floats + 1
  return output.typst_float(blocks .. from, floats <= OF_FIRST_PAGE and 'bottom' or 'auto'), false
end

-- Subfigures, or figures beside each other.
function figures.is_group(div)
  local attributes = div.attributes
  return div.identifier:match '^fig%-'
    or attributes['layout-ncol'] or attributes['layout-nrow'] or attributes.layout
end

-- In a group every block is a cell, so provenance goes behind the group.
function figures.group(div)
  local behind = pandoc.Blocks {}
  local handlers = figures.handlers(function(blocks, from)
    if blocks then behind:extend(from) end
    return blocks, false
  end)
  handlers.traverse = 'topdown'
  div.content = div.content:walk(handlers)
  return figures.with_provenance({ div }, behind)
end

return figures
