-- dependencies.lua: style and scripts for pictures, and the script for what is folded, which Quarto puts on the page and
-- beside it. The embedded renderer takes the same files.

local require, path_of = ...
local output = require 'output'
local report = require 'report'

local dependencies = {}

-- Where they lie is found out while the filter is loaded; later Quarto may know of another script as the current one.
local style = path_of 'pictures.css'
local scripts = {
  { path = path_of 'pictures.js', name = 'pictures.js' },
  { path = path_of 'folds.js', name = 'folds.js' },
  { path = path_of 'lookups.js', name = 'lookups.js' },
  { path = path_of 'questions.js', name = 'questions.js' },
  { path = path_of 'tables.js', name = 'tables.js' },
}

local chart_script = path_of 'charts.js'

-- The script for charts looks for the library beside itself.
local function add_charts(library)
  quarto.doc.add_html_dependency {
    name = 'tpdl-charts',
    scripts = { { path = chart_script, name = 'charts.js' } },
    resources = { { path = pandoc.path.join { quarto.project.directory or '.', library }, name = 'vega.js' } },
  }
end

function dependencies.add()
  if not quarto or output.PDF then return nil end
  local library = report.data.chart_library or ''
  if library ~= '' then add_charts(library) end
  quarto.doc.add_html_dependency {
    name = 'tpdl-pictures',
    stylesheets = { { path = style, name = 'pictures.css' } },
    scripts = scripts,
  }
end

return dependencies
