-- conditions.lua: ::: {when="…"} leaves its content where the condition holds, and nothing where not.

local require = ...
local report = require 'report'
local scopes = require 'scopes'

local conditions = {}

-- A block that is something else besides, such as a card, stays one.
function conditions.resolve(element)
  local expression = element.attributes.when
  if not expression then return nil end
  if not report.known('whens', scopes.one_line(expression)) then return {} end
  element.attributes.when = nil
  local is_plain = element.identifier == '' and #element.classes == 0 and #element.attributes == 0
  if is_plain then return element.content end
  return element
end

-- The condition of a block that holds one list and nothing else.
local function condition_of_list(block)
  if block.t == 'Div' and #block.content == 1 and block.content[1].t == 'BulletList' then
    return block.attributes.when
  end
end

-- Items that stand in conditions of their own, one behind the other, are one list.
function conditions.one_list(document)
  local blocks, items = pandoc.Blocks {}, nil
  for _, block in ipairs(document.blocks) do
    local expression = condition_of_list(block)
    if not expression then
      if items then blocks:insert(pandoc.BulletList(items)) end
      items = nil
      blocks:insert(block)
    elseif report.known('whens', scopes.one_line(expression)) then
      items = items or pandoc.List {}
      items:extend(block.content[1].content)
    end
  end
  if items then blocks:insert(pandoc.BulletList(items)) end
  document.blocks = blocks
  return document
end

return conditions
