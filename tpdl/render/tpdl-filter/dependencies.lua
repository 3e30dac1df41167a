-- dependencies.lua: style and script for pictures, which Quarto puts on the page and beside it. The embedded renderer
-- takes the same two files.

local require, path_of = ...
local output = require 'output'

local dependencies = {}

-- Where they lie is found out while the filter is loaded; later Quarto may know of another script as the current one.
local style, script = path_of 'pictures.css', path_of 'pictures.js'

function dependencies.add()
  if not quarto or output.PDF then return nil end
  quarto.doc.add_html_dependency {
    name = 'tpdl-pictures',
    stylesheets = { { path = style, name = 'pictures.css' } },
    scripts = { { path = script, name = 'pictures.js' } },
  }
end

return dependencies
