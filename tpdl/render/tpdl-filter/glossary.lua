-- glossary.lua: [words]{.term} links to the definition of these words in ::: {.glossary}.

local require = ...
local output = require 'output'
local report = require 'report'

local glossary = {}

-- Words as `tpdl prepare` compares them.
local function words_of(inlines)
  return pandoc.text.lower((pandoc.utils.stringify(inlines):gsub('’', "'"):gsub('%s+', ' ')))
end

local function leads_to(anchor, words)
  return pandoc.Inlines { output.typst_inline('#link(<' .. anchor .. '>)[') } .. words .. { output.typst_inline ']' }
end

function glossary.link(span)
  if not span.classes:includes 'term' then return nil end
  local entry = report.data.terms[words_of(span.content)]
  if not entry then return span.content end -- a draft; `tpdl prepare` has said that it is not defined
  if output.PDF then return leads_to(entry.anchor, span.content) end
  return pandoc.Link(span.content, '/' .. entry.source .. '#' .. entry.anchor, '', { class = 'term' })
end

function glossary.anchors(div)
  if not div.classes:includes 'glossary' then return nil end
  return div:walk {
    DefinitionList = function(list)
      for _, item in ipairs(list.content) do
        local anchor = report.data.definitions[words_of(item[1])]
        if anchor and output.PDF then
          item[1]:insert(output.typst_inline('#metadata(none) <' .. anchor .. '>'))
        elseif anchor then
          item[1] = pandoc.Inlines { pandoc.Span(item[1], pandoc.Attr(anchor)) }
        end
      end
      return list
    end,
  }
end

return glossary
