-- report.lua: what `tpdl prepare` wrote down, one JSON file for all documents.

local report = {}

-- There after `load`: groups of entries by key (`values`, `claims`, `whens`, `figures`, `tables`), the `graph`, and
-- `stand_in`: the words that every page must say of its data, or ''.
report.data = nil

function report.load()
  local root = quarto and quarto.project.directory or '.'
  local path = os.getenv 'TPDL_REPORT' or pandoc.path.join { root, '.tpdl', 'report.json' }
  local file = io.open(path)
  if not file then
    error(path .. ' is not there; run `tpdl prepare` first', 0)
  end
  report.data = pandoc.json.decode(file:read 'a', false)
  file:close()
end

-- An entry that is there unless the document changed since `tpdl prepare` read it.
function report.known(group, key)
  local entry = report.data[group][key]
  if entry == nil then
    error('`' .. key .. '` is not in the prepared report; run `tpdl prepare` again', 0)
  end
  return entry
end

return report
