-- values.lua: `x:.1%`{.value} in the text, in attributes and in metadata becomes the formatted value.

local require = ...
local lookups = require 'lookups'
local output = require 'output'
local report = require 'report'
local scopes = require 'scopes'
local warning = require 'warning'

local values = {}

local one_line = scopes.one_line

local function value(code)
  if code.classes:includes 'value' then
    local entry = report.known('values', one_line(code.text))
    if entry.problem and output.PDF then return warning(entry.text) end
    if entry.problem then
      return pandoc.Span(pandoc.Str(entry.text), pandoc.Attr('', { 'value', 'value-problem' }, { title = entry.title }))
    end
    return pandoc.Span(pandoc.Str(entry.text), pandoc.Attr('', { 'value' }, lookups.attributes(entry, entry.title)))
  end
end

-- Attributes are plain text, so values in them are replaced as text.
function values.in_text(text)
  return (text:gsub('`([^`]+)`{%.value}', function(expression)
    return report.known('values', one_line(expression)).text
  end))
end

local function alt_text(image)
  for _, name in ipairs { 'fig-alt', 'alt' } do
    if image.attributes[name] then
      image.attributes[name] = values.in_text(image.attributes[name])
    end
  end
  return image
end

values.handlers = { Code = value, Image = alt_text }

function values.in_metadata(meta)
  for key, entry in pairs(meta) do
    local kind = pandoc.utils.type(entry)
    if kind == 'Inlines' or kind == 'Blocks' then
      meta[key] = entry:walk(values.handlers)
    end
  end
  return meta
end

return values
