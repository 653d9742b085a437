"""Stretches of chats that several transcripts begin with."""

from __future__ import annotations

TO_PHONE = """
    > /daftar
    < Ada beberapa pertanyaan, kira-kira dua menit. Boleh berhenti dan dilanjutkan kapan saja.
      Siapa nama lengkap Bapak/Ibu sesuai KTP?
      Contoh: Siti Aminah
    > Siti Aminah
    < Nomor HP yang bisa kami hubungi?
      Tekan tombol di bawah, atau ketik nomornya.
"""
TO_BUSINESS = f"""{TO_PHONE}
    > (nomor 6281234567890)
    < Tempat usahanya di kelurahan mana?
      Ketik nama kelurahannya saja. Contoh: Purwantoro
    > purwantoro
    < Apa nama usahanya?
"""
TO_REVIEW = f"""{TO_BUSINESS}
    > Keripik Bu Siti
    < Usahanya bergerak di bidang apa?
      [Makanan kemasan] [Makanan siap saji] [Fesyen atau batik] [Kerajinan (kriya)] [Jasa] [Perdagangan/toko] [Lainnya]
    > [Makanan kemasan]
    < Mohon dicek, apakah sudah benar?
      • nama: Siti Aminah
      • nomor HP: 081••••••890
      • kelurahan: Purwantoro
      • nama usaha: Keripik Bu Siti
      • bidang usaha: Makanan kemasan
      [Sudah benar] [Ubah nama] [Ubah nomor HP] [Ubah kelurahan] [Ubah nama usaha] [Ubah bidang usaha]
"""
REGISTERED = f"""{TO_REVIEW}
    > [Sudah benar]
    < Terima kasih, Siti Aminah. Pendaftaran sudah selesai.
      Ketik profil untuk melihat datanya, atau menu untuk layanan lain.
"""
