-- lightbox.lua: a picture becomes a link to itself, which opens it large, as Quarto's filter of that name does it.
--
-- Those with the class `lightbox` do; with `lightbox: true` in _quarto.yml every figure does that has not the class
-- `nolightbox`. Pictures of one `group` are opened one after the other.

local require = ...
local book = require 'book'
local output = require 'output'

local lightbox = {}

local count = 0

local function opening(image, title)
  count = count + 1
  local group = image.attributes.group or 'quarto-lightbox-gallery-' .. count
  image.attributes.group = nil
  image.classes = image.classes:filter(function(class) return class ~= 'lightbox' end)
  return pandoc.Link({ image }, image.src, title, pandoc.Attr('', { 'lightbox' }, { ['data-gallery'] = group }))
end

local function handlers(is_wanted, title)
  return {
    traverse = 'topdown',
    Link = function(link) return link, false end,
    Image = function(image)
      if image.classes:includes 'nolightbox' or not is_wanted(image) then return nil end
      return opening(image, title), false
    end,
  }
end

local function says_so(image)
  return image.classes:includes 'lightbox'
end

-- The blocks of a figure, with its pictures as links.
function lightbox.figure(blocks, caption)
  if output.PDF then return blocks end
  local title = pandoc.utils.stringify(caption)
  return pandoc.Blocks(blocks):walk(handlers(function(image) return book.chapter.lightbox or says_so(image) end, title))
end

-- Pictures outside of figures.
lightbox.handlers = output.PDF and {} or handlers(says_so, '')

return lightbox
