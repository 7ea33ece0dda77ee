from sqlalchemy import text


async def test_a_session_keeps_its_temporary_tables_between_transactions(house):
    async with house.session() as session:
        async with session.read() as unit:
            await unit.connection.execute(text("CREATE TEMPORARY TABLE IF NOT EXISTS kept (n INTEGER)"))
            await unit.connection.execute(text("INSERT INTO kept VALUES (1)"))
        async with house.write() as other:
            await other.connection.execute(
                text("INSERT INTO divisions (code,prefix,name,level) VALUES ('330100','3301','x','city')")
            )
        async with session.write() as unit:
            assert (await unit.connection.execute(text("SELECT n FROM kept"))).scalar() == 1
            await unit.connection.execute(
                text("INSERT INTO divisions (code,prefix,name,level) VALUES ('330200','3302','x','city')")
            )
        async with session.read() as unit:
            assert (await unit.connection.execute(text("SELECT count(*) FROM divisions"))).scalar() == 2
