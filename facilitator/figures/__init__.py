"""Results to take home: pictures and workbooks, made in a worker process beside the server.

``figure`` and ``workbook`` are the values to ask with, ``client`` is the desk to ask at. The rest runs in
the worker process, the only place where matplotlib and XlsxWriter are imported.
"""
