"""What ties the steps together: Dagster, dbt, releases, the command line."""

import warnings

# Partition mappings over all quarters so far and code references are "beta" in the versions of
# Dagster that pyproject.toml allows, and there is nothing else for them.
warnings.filterwarnings("ignore", message=r"(Class|Parameter) .* is currently in beta", category=Warning)
