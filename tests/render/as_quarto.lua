-- Loads the filter that TPDL_TEST_FILTER names as Quarto 1.9 to 1.11 load the filters of their users (there
-- filters/common/wrapped-filter.lua and pandoc/datadir/init.lua): from a filter of Quarto's own, which is Pandoc's script,
-- with globals of its own, and with a stack of script files, by which alone `resolve_path` knows where the filter lies.

local scripts = {}

quarto = {
  doc = {
    add_html_dependency = function(dependency)
      for _, kind in ipairs { 'scripts', 'stylesheets' } do
        for _, file in ipairs(dependency[kind]) do assert(io.open(file.path), file.path .. ' is not there'):close() end
      end
    end,
  },
  project = { directory = os.getenv 'QUARTO_PROJECT_DIR' },
  utils = {
    resolve_path = function(path)
      local folder = pandoc.path.directory(scripts[#scripts] or PANDOC_SCRIPT_FILE)
      return pandoc.path.join { pandoc.system.get_working_directory(), folder, pandoc.path.normalize(path) }
    end,
  },
}

local file = os.getenv 'TPDL_TEST_FILTER'
local globals = setmetatable({ PANDOC_SCRIPT_FILE = file }, { __index = _G })
table.insert(scripts, file)
local filters = assert(loadfile(file, 'bt', setmetatable({}, { __index = globals })))()
table.remove(scripts)
return filters
