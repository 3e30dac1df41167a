-- book.lua: what this chapter has to know of the whole book, and paths in it.

local book = {}

-- There after `load`. `labels`: label -> number, page, kind, and for a subfigure its letter `sub`. `chapter`: page,
-- source, number, appendix, the number of every heading after the title by its label, and whether every figure opens
-- large (`lightbox`).
book.labels, book.chapter = nil, nil

function book.load()
  local file = assert(io.open(os.getenv 'TPDL_CHAPTER'))
  local numbers = pandoc.json.decode(file:read 'a', false)
  file:close()
  book.labels, book.chapter = numbers.labels, numbers.chapter
end

-- A path from the root of the book, as seen from this page.
function book.from_here(path)
  local folder = book.chapter.page:match '^.*/' or ''
  if path:sub(1, #folder) == folder then return path:sub(#folder + 1) end
  local _, depth = folder:gsub('/', '')
  return ('../'):rep(depth) .. path
end

-- A path as the chapter's source names it, from the root of the book: `folder/../figures/x.svg` without the detour.
function book.from_root(path)
  if path:sub(1, 1) == '/' then return path:sub(2) end
  local steps = {}
  for step in (pandoc.path.directory(book.chapter.source) .. '/' .. path):gmatch '[^/]+' do
    if step == '..' then
      table.remove(steps)
    elseif step ~= '.' then
      table.insert(steps, step)
    end
  end
  return table.concat(steps, '/')
end

return book
