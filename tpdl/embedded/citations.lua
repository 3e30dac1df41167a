-- citations.lua: citations as citeproc makes them, looked up. Citeproc takes ten times as long as everything else, and
-- a chapter that changed mostly cites what was cited before.
--
-- TPDL_CITATIONS names a tree that holds every citation of the book in a paragraph of its own, and the bibliography.

-- What tells a citation from others, wherever it stands: whom it cites, and with which words around.
local function key(cite)
  local parts = {}
  for _, citation in ipairs(cite.citations) do
    for _, words in ipairs { citation.prefix, citation.suffix } do
      table.insert(parts, #words > 0 and pandoc.write(pandoc.Pandoc { pandoc.Plain(words) }, 'native') or '')
    end
    table.insert(parts, citation.mode .. ' ' .. citation.id)
  end
  return table.concat(parts, '\0')
end

local function made_before()
  local file = io.open(os.getenv 'TPDL_CITATIONS' or '')
  local tree = file and file:read 'a' or ''
  if file then file:close() end
  local cites, bibliography = {}, nil
  for _, block in ipairs(tree ~= '' and pandoc.read(tree, 'json').blocks or {}) do
    if block.t == 'Para' then
      cites[key(block.content[1])] = block.content[1].content
    else
      bibliography = block
    end
  end
  return cites, bibliography
end

-- Citeproc makes links only where it may list the works, even if they are listed in another chapter.
local function cite(document)
  local elsewhere = document.meta['suppress-bibliography']
  document.meta['suppress-bibliography'] = nil
  return pandoc.utils.citeproc(document):walk {
    Div = function(div) if elsewhere and div.identifier == 'refs' then return {} end end,
  }
end

return {
  {
    Pandoc = function(document)
      local cites, bibliography = made_before()
      local unknown, nocite = false, document.meta.nocite
      document.meta.nocite = nil  -- cites too, but is not in the text
      local finished = document:walk {
        Cite = function(cite)
          local words = cites[key(cite)]
          if not words then
            unknown = true
            return nil
          end
          cite.content = words
          return cite
        end,
        Div = function(div)
          if div.identifier ~= 'refs' then return nil end
          if not bibliography then
            unknown = true
            return nil
          end
          div.content:extend(bibliography.content)
          div.classes:extend(bibliography.classes)
          for name, value in pairs(bibliography.attributes) do div.attributes[name] = value end
          return div
        end,
      }
      document.meta.nocite = nocite
      return unknown and cite(document) or finished
    end,
  },
}
