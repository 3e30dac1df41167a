-- conditions.lua: ::: {when="…"} leaves its content where the condition holds, and nothing where not.

local require = ...
local report = require 'report'

local conditions = {}

function conditions.resolve(element)
  local expression = element.attributes.when
  if expression then
    return report.known('whens', expression) and element.content or {}
  end
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
    elseif report.known('whens', expression) then
      items = items or pandoc.List {}
      items:extend(block.content[1].content)
    end
  end
  if items then blocks:insert(pandoc.BulletList(items)) end
  document.blocks = blocks
  return document
end

return conditions
