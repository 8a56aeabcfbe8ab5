"""A central store on each of its databases."""

from tests.support.databases import database_url as database_url
from tests.support.databases import migrated_file as migrated_file
from tests.support.databases import office as office
from tests.support.databases import postgresql as postgresql
