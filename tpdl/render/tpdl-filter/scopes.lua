-- scopes.lua: ::: {with="net=cuts.by_network.vgg16"} binds short names for what stands in it. `tpdl prepare` knows
-- a value, claim or condition there by its words behind the bindings around it, and so does the filter after this.

local require = ...
local missing = require 'missing'
local report = require 'report'

local scopes = {}

local TURNSTILE = ' ⊢ '
local EXPRESSIONS = { 'claim', 'when', 'with' }

-- An expression as `tpdl prepare` names it, however its lines were broken.
function scopes.one_line(text)
  return (text:gsub('%s+', ' '):gsub('^ ', ''):gsub(' $', ''))
end

-- The blocks or inlines, with everything in them known by these bindings, too.
function scopes.under(scope, content)
  if scope == '' then return content end
  local function behind(text) return scope .. TURNSTILE .. scopes.one_line(text) end
  local function attributes(element)
    for _, name in ipairs(EXPRESSIONS) do
      if element.attributes[name] then element.attributes[name] = behind(element.attributes[name]) end
    end
    return element
  end
  return content:walk {
    Code = function(code)
      if code.classes:includes 'value' then code.text = behind(code.text) end
      return code
    end,
    Div = attributes,
    Span = attributes,
    Image = function(image)
      for _, name in ipairs { 'fig-alt', 'alt' } do
        local text = image.attributes[name]
        if text then
          image.attributes[name] = text:gsub('`([^`]+)`{%.value}', function(expression)
            return '`' .. behind(expression) .. '`{.value}'
          end)
        end
      end
      return image
    end,
  }
end

-- From the inside out, so that the outermost bindings come to stand first. A claim of the block itself is under them.
function scopes.bind(div)
  local scope = div.attributes.with
  if not scope then return nil end
  scope = scopes.one_line(scope)
  div.content = scopes.under(scope, div.content)
  if div.attributes.claim then
    div.attributes.claim = scope .. TURNSTILE .. scopes.one_line(div.attributes.claim)
  end
  return div
end

-- Whether nothing in these inlines has to be looked up, which only a block with all its results can.
local function is_plain(inlines)
  local plain = true
  inlines:walk {
    Code = function(code) plain = plain and not code.classes:includes 'value' end,
    Span = function(span) plain = plain and not (span.attributes.claim or span.attributes.when) end,
  }
  return plain
end

-- A block whose results are not there becomes a box that says so; of a question the question stays.
function scopes.resolve(div)
  local scope = div.attributes.with
  if not scope then return nil end
  local entry = report.known('withs', scopes.one_line(scope))
  div.attributes.with = nil
  if entry.reason == '' then return div end
  local box = missing('This part', { missing = entry.reason, command = entry.command })
  local first = div.content[1]
  if not div.classes:includes 'question' then return box end
  div.content = pandoc.Blocks(box)
  if first and first.t == 'Para' and is_plain(first.content) then div.content:insert(1, first) end
  return div
end

return scopes
