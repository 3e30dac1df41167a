-- pictures.lua: where a picture lies as seen from its page, and its alt text.

local require = ...
local book = require 'book'
local output = require 'output'

local POINTS_IN_A_PIXEL = 0.75

-- A number alone, or `px`, is pixels; any other unit is one of Typst's too.
local function typst_length(text)
  local pixels = text:match '^([%d.]+)p?x?$'
  return pixels and tonumber(pixels) * POINTS_IN_A_PIXEL .. 'pt' or text
end

local function picture_typst(image, alt)
  local size = ''
  for _, side in ipairs { 'width', 'height' } do
    local length = image.attributes[side]
    if length then size = size .. ', ' .. side .. ': ' .. typst_length(length) end
  end
  local path = output.typst_string('/' .. book.from_root(image.src))
  return output.typst_inline('#box(image(' .. path .. size .. ', alt: ' .. output.typst_string(alt) .. '))')
end

local function pictures(image)
  local alt = image.attributes['fig-alt'] or image.attributes.alt or pandoc.utils.stringify(image.caption)
  if output.PDF then return picture_typst(image, alt) end
  if image.src:sub(1, 1) == '/' then image.src = book.from_here(image.src:sub(2)) end
  image.attributes.loading, image.attributes.alt, image.attributes['fig-alt'] = 'lazy', alt, nil
  return image
end

return pictures
