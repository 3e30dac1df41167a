-- formats.lua: ::: {.content-visible when-format="typst"} and its kin, blocks or words: content for one format alone.

local require = ...
local output = require 'output'

local formats = {}

local HERE = output.PDF and 'typst' or 'html'

local function names_this_format(names)
  for name in names:gmatch '%w+' do
    if name == HERE then return true end
  end
  return false
end

local function is_kept(element)
  local hides = element.classes:includes 'content-hidden'
  if not hides and not element.classes:includes 'content-visible' then return true end
  local fits, attributes = true, element.attributes
  if attributes['when-format'] then fits = names_this_format(attributes['when-format']) end
  if attributes['unless-format'] then fits = not names_this_format(attributes['unless-format']) end
  return fits ~= hides
end

function formats.drop_what_is_for_others(element)
  if not is_kept(element) then return {} end
end

return formats
