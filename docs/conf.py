# ruff: noqa: INP001 - docs is no package
"""How Sphinx builds the site: sphinx-build -nW docs site."""

from importlib.metadata import version as version_of

project = "streamfold"
author = "The streamfold authors"
copyright = "2026, the streamfold authors"  # noqa: A001 - Sphinx wants this name
version = release = version_of("streamfold")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "streamfold"
# a line may tell of several attributes at once
napoleon_custom_sections = [("Attributes", "params_style")]
napoleon_use_param = False
autodoc_mock_imports = ["pyspark"]  # hundreds of megabytes, of which the pages need nothing
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
python_maximum_signature_line_length = 88
# what other projects and our own machinery document, if at all, stands elsewhere
nitpick_ignore_regex = [("py:.*", r"(collections|hypothesis|pyarrow|pyspark|typing).*|streamfold\.(\w+\.)*_.*")]
