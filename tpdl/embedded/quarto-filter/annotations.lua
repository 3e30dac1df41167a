-- annotations.lua: `x = 1  # <1>` in a code block, and the list behind it that says what is done there.

local require = ...
local output = require 'output'

local annotations = {}

-- How the marks are written: behind the sign of a comment, at the end of a line.
local MARKS = {
  '%s*[#;%%]+%s*<(%d+)>%s*$',
  '%s*//+%s*<(%d+)>%s*$',
  '%s*%-%-%s*<(%d+)>%s*$',
  '%s*/%*%s*<(%d+)>%s*%*/%s*$',
  '%s*<!%-%-%s*<(%d+)>%s*%-%->%s*$',
}

-- ① to ⑳, which the list has, too; (21) and so on, which nobody writes.
local function circled(number)
  return number >= 1 and number <= 20 and utf8.char(0x2460 + number - 1) or '(' .. number .. ')'
end

local function marked(line)
  for _, pattern in ipairs(MARKS) do
    local at, _, number = line:find(pattern)
    if at then return line:sub(1, at - 1) .. '  ' .. circled(tonumber(number)), true end
  end
  return line, false
end

-- The code with marks that can be seen, and whether there is any.
local function with_marks(code)
  local lines, any = {}, false
  for line in (code.text .. '\n'):gmatch '(.-)\n' do
    local text, found = marked(line)
    any = any or found
    table.insert(lines, text)
  end
  code.text = table.concat(lines, '\n')
  return any
end

local function explained(list)
  if output.PDF then return pandoc.Blocks { output.typst '#annotations[', list, output.typst ']' } end
  return pandoc.Blocks { pandoc.Div({ list }, pandoc.Attr('', { 'code-annotations' })) }
end

function annotations.place(blocks)
  local placed, code = pandoc.Blocks {}, nil
  for _, block in ipairs(blocks) do
    if block.t == 'OrderedList' and code then
      placed:extend(explained(block))
    else
      placed:insert(block)
    end
    code = block.t == 'CodeBlock' and with_marks(block)
  end
  return placed
end

return annotations
