-- formats.lua: ::: {.content-visible when-format="typst"} and its kin: content for one format alone.

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

local function is_kept(div)
  local hides = div.classes:includes 'content-hidden'
  if not hides and not div.classes:includes 'content-visible' then return true end
  local fits = true
  if div.attributes['when-format'] then fits = names_this_format(div.attributes['when-format']) end
  if div.attributes['unless-format'] then fits = not names_this_format(div.attributes['unless-format']) end
  return fits ~= hides
end

function formats.drop_what_is_for_others(div)
  if not is_kept(div) then return {} end
end

return formats
